/* The pool moved down to storage/base/pool.h: delivery signs on it too. */
#include "storage/base/pool.h"
