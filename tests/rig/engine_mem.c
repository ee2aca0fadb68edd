/*
 * An engine in memory: one persistent treap over (space, key), so that a snapshot is a reference to its root.
 *
 * Nodes are counted and never changed while shared: a writer copies the path it changes. A write transaction holds
 * the write lock from begin to end. For tests; speed does not matter, the contract does.
 */
#include "tests/rig/engine_mem.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "storage/base/err.h"

/* Key and value, shared by all copies of its node. */
struct item {
	atomic_size_t refs;
	unsigned space;
	struct str key, value;
	char bytes[];
};

struct node {
	atomic_size_t refs;
	uint32_t priority;  /* of a parent above that of its children: keeps the tree flat */
	size_t size;        /* nodes in this tree */
	struct item *item;
	struct node *left, *right;
};

struct mem {
	struct engine engine;    /* first, so that a pointer to it is a pointer to this */
	pthread_mutex_t writing; /* held by the write transaction */
	pthread_mutex_t lock;    /* of root */
	struct node *root;       /* what was committed last */
	atomic_bool dead;
	uint32_t random;
	uint64_t puts;
	uint64_t fail_put_in, fail_commit_in;  /* 0: never */
	int fail_put_err, fail_commit_err;
};

struct engine_txn {
	struct mem *mem;
	struct node *root;
	bool writes;
	int err;
};

/* A place between keys: before all that compare as not below (space, key), or behind the key itself. */
struct place {
	unsigned space;
	struct str key;
	bool behind;
};

static void *allocate(size_t bytes)
{
	void *p = calloc(1, bytes);

	if (!p)
		abort();
	return p;
}

static struct mem *mem_of(struct engine *engine)
{
	return (struct mem *)(void *)engine;
}

static struct item *item_new(unsigned space, struct str key, struct str value)
{
	struct item *item = allocate(sizeof(*item) + key.n + value.n + 1);

	item->refs = 1;
	item->space = space;
	memcpy(item->bytes, key.p, key.n);
	if (value.n > 0)
		memcpy(item->bytes + key.n, value.p, value.n);
	item->key = (struct str){ item->bytes, key.n };
	item->value = (struct str){ item->bytes + key.n, value.n };
	return item;
}

static void item_unref(struct item *item)
{
	if (atomic_fetch_sub(&item->refs, 1) == 1)
		free(item);
}

static struct node *node_ref(struct node *node)
{
	if (node)
		atomic_fetch_add(&node->refs, 1);
	return node;
}

static void node_unref(struct node *node)
{
	if (!node || atomic_fetch_sub(&node->refs, 1) != 1)
		return;
	node_unref(node->left);
	node_unref(node->right);
	item_unref(node->item);
	free(node);
}

static size_t size_of(const struct node *node)
{
	return node ? node->size : 0;
}

static void node_resize(struct node *node)
{
	node->size = size_of(node->left) + 1 + size_of(node->right);
}

/* Exchanges a reference for a node that nobody else sees. */
static struct node *node_own(struct node *node)
{
	struct node *copy;

	if (atomic_load(&node->refs) == 1)
		return node;
	copy = allocate(sizeof(*copy));
	copy->refs = 1;
	copy->priority = node->priority;
	copy->size = node->size;
	copy->item = node->item;
	atomic_fetch_add(&node->item->refs, 1);
	copy->left = node_ref(node->left);
	copy->right = node_ref(node->right);
	node_unref(node);
	return copy;
}

static bool item_before(const struct item *item, const struct place *place)
{
	int order;

	if (item->space != place->space)
		return item->space < place->space;
	order = str_cmp(item->key, place->key);
	return order < 0 || (order == 0 && place->behind);
}

/* Consumes `node`: what lies before `place` goes to *left, the rest to *right. */
static void node_split(struct node *node, const struct place *place, struct node **left, struct node **right)
{
	struct node *part;

	if (!node) {
		*left = *right = NULL;
		return;
	}
	node = node_own(node);
	if (item_before(node->item, place)) {
		node_split(node->right, place, &part, right);
		node->right = part;
		*left = node;
	} else {
		node_split(node->left, place, left, &part);
		node->left = part;
		*right = node;
	}
	node_resize(node);
}

/* Consumes both; all of `left` lies before all of `right`. */
static struct node *node_join(struct node *left, struct node *right)
{
	if (!left || !right)
		return left ? left : right;
	if (left->priority > right->priority) {
		left = node_own(left);
		left->right = node_join(left->right, right);
		node_resize(left);
		return left;
	}
	right = node_own(right);
	right->left = node_join(left, right->left);
	node_resize(right);
	return right;
}

static const struct item *node_find(const struct node *node, unsigned space, struct str key)
{
	struct place before = { space, key, false };

	while (node) {
		if (item_before(node->item, &before))
			node = node->right;
		else if (node->item->space == space && str_eq(node->item->key, key))
			return node->item;
		else
			node = node->left;
	}
	return NULL;
}

/* Number of items before `place`. */
static size_t node_rank(const struct node *node, const struct place *place)
{
	size_t rank = 0;

	while (node) {
		if (item_before(node->item, place)) {
			rank += size_of(node->left) + 1;
			node = node->right;
		} else {
			node = node->left;
		}
	}
	return rank;
}

static const struct item *node_at(const struct node *node, size_t rank)
{
	while (rank != size_of(node->left)) {
		if (rank < size_of(node->left)) {
			node = node->left;
		} else {
			rank -= size_of(node->left) + 1;
			node = node->right;
		}
	}
	return node->item;
}

static bool key_fits(struct str key)
{
	return key.n >= 1 && key.n <= ENGINE_KEY_MAX;
}

static struct node *root_now(struct mem *mem)
{
	struct node *root;

	pthread_mutex_lock(&mem->lock);
	root = node_ref(mem->root);
	pthread_mutex_unlock(&mem->lock);
	return root;
}

static struct engine_txn *txn_new(struct mem *mem, bool writes)
{
	struct engine_txn *txn = allocate(sizeof(*txn));

	txn->mem = mem;
	txn->writes = writes;
	txn->root = root_now(mem);
	return txn;
}

static int mem_read_begin(struct engine *engine, struct engine_txn **ret_txn)
{
	if (atomic_load(&mem_of(engine)->dead))
		return ERR_IO;
	*ret_txn = txn_new(mem_of(engine), false);
	return OK;
}

static void mem_read_reset(struct engine_txn *txn)
{
	node_unref(txn->root);
	txn->root = NULL;
}

static int mem_read_renew(struct engine_txn *txn)
{
	if (atomic_load(&txn->mem->dead))
		return ERR_IO;
	txn->root = root_now(txn->mem);
	return OK;
}

static void mem_read_end(struct engine_txn *txn)
{
	node_unref(txn->root);
	free(txn);
}

static int mem_write_begin(struct engine *engine, struct engine_txn **ret_txn)
{
	struct mem *mem = mem_of(engine);

	if (atomic_load(&mem->dead))
		return ERR_IO;
	pthread_mutex_lock(&mem->writing);
	*ret_txn = txn_new(mem, true);
	return OK;
}

static void mem_write_abort(struct engine_txn *txn)
{
	struct mem *mem = txn->mem;

	node_unref(txn->root);
	free(txn);
	pthread_mutex_unlock(&mem->writing);
}

/* Counts down a plan to fail; the error when it is due. */
static int due(struct mem *mem, uint64_t *in, int err)
{
	if (*in == 0 || --*in > 0)
		return OK;
	if (err == ERR_IO)
		atomic_store(&mem->dead, true);
	return err;
}

static int mem_write_commit(struct engine_txn *txn)
{
	struct mem *mem = txn->mem;
	struct node *before;
	int err = txn->err;

	if (err == OK)
		err = due(mem, &mem->fail_commit_in, mem->fail_commit_err);
	if (err != OK) {
		mem_write_abort(txn);
		return err;
	}
	pthread_mutex_lock(&mem->lock);
	before = mem->root;
	mem->root = txn->root;
	pthread_mutex_unlock(&mem->lock);
	node_unref(before);
	free(txn);
	pthread_mutex_unlock(&mem->writing);
	return OK;
}

static int mem_get(struct engine_txn *txn, unsigned space, struct str key, struct str *ret_value)
{
	const struct item *item;

	assert(space < ENGINE_SPACES_MAX);
	if (txn->err != OK)
		return txn->err;
	item = node_find(txn->root, space, key);
	if (!item)
		return ERR_NOT_FOUND;
	*ret_value = item->value;
	return OK;
}

static int mem_get_many(struct engine_txn *txn, unsigned space, const struct str *keys, size_t count,
                        struct str *ret_values)
{
	for (size_t i = 0; i < count; i++) {
		int r = mem_get(txn, space, keys[i], &ret_values[i]);

		if (r == ERR_NOT_FOUND)
			ret_values[i] = STR_NONE;
		else if (r != OK)
			return r;
	}
	return OK;
}

static int mem_scan(struct engine_txn *txn, unsigned space, const struct engine_range *range,
                    struct engine_item *items, size_t max, size_t *ret_count)
{
	struct place from = { space, range->from, false };
	struct place to = { range->to.n ? space : space + 1, range->to, false };
	size_t low, high, n;

	assert(space < ENGINE_SPACES_MAX);
	if (txn->err != OK)
		return txn->err;
	low = node_rank(txn->root, &from);
	high = node_rank(txn->root, &to);
	for (n = 0; n < max && low < high; n++) {
		const struct item *item = node_at(txn->root, range->reverse ? --high : low++);

		items[n] = (struct engine_item){ item->key, item->value };
	}
	*ret_count = n;
	return OK;
}

static int mem_count(struct engine_txn *txn, unsigned space, uint64_t *ret_count)
{
	struct place from = { space, STR_NONE, false }, to = { space + 1, STR_NONE, false };

	assert(space < ENGINE_SPACES_MAX);
	if (txn->err != OK)
		return txn->err;
	*ret_count = node_rank(txn->root, &to) - node_rank(txn->root, &from);
	return OK;
}

/* Replaces what is at (space, key), perhaps nothing, by `item`, perhaps NULL. */
static void txn_replace(struct engine_txn *txn, unsigned space, struct str key, struct item *item)
{
	struct place before = { space, key, false }, behind = { space, key, true };
	struct node *left, *rest, *old, *right, *made = NULL;
	struct mem *mem = txn->mem;

	if (item) {
		mem->random = mem->random * 1664525 + 1013904223;
		made = allocate(sizeof(*made));
		made->refs = 1;
		made->priority = mem->random;
		made->size = 1;
		made->item = item;
	}
	node_split(txn->root, &before, &left, &rest);
	node_split(rest, &behind, &old, &right);
	txn->root = node_join(node_join(left, made), right);
	node_unref(old);
}

static int mem_put(struct engine_txn *txn, unsigned space, struct str key, struct str value)
{
	assert(txn->writes && space < ENGINE_SPACES_MAX);
	if (!key_fits(key) || value.n > ENGINE_VALUE_MAX)
		return ERR_INVALID;
	if (txn->err != OK)
		return txn->err;
	txn->mem->puts++;
	txn->err = due(txn->mem, &txn->mem->fail_put_in, txn->mem->fail_put_err);
	if (txn->err == OK)
		txn_replace(txn, space, key, item_new(space, key, value));
	return txn->err;
}

static int mem_del(struct engine_txn *txn, unsigned space, struct str key)
{
	assert(txn->writes && space < ENGINE_SPACES_MAX);
	if (!key_fits(key))
		return OK;
	if (txn->err != OK)
		return txn->err;
	txn->mem->puts++;
	txn->err = due(txn->mem, &txn->mem->fail_put_in, txn->mem->fail_put_err);
	if (txn->err == OK)
		txn_replace(txn, space, key, NULL);
	return txn->err;
}

static int mem_usage(struct engine *engine, struct engine_usage *ret_usage)
{
	struct node *root = root_now(mem_of(engine));

	*ret_usage = (struct engine_usage){ .bytes_used = size_of(root) * sizeof(*root), .bytes_max = SIZE_MAX };
	node_unref(root);
	return OK;
}

static void mem_upkeep(struct engine *engine)
{
	(void)engine;
}

static void mem_close(struct engine *engine)
{
	struct mem *mem = mem_of(engine);

	node_unref(mem->root);
	pthread_mutex_destroy(&mem->writing);
	pthread_mutex_destroy(&mem->lock);
	free(mem);
}

static const struct engine_ops mem_ops = {
	.single_writer = true,
	.close = mem_close,
	.read_begin = mem_read_begin,
	.read_reset = mem_read_reset,
	.read_renew = mem_read_renew,
	.read_end = mem_read_end,
	.write_begin = mem_write_begin,
	.write_commit = mem_write_commit,
	.write_abort = mem_write_abort,
	.get = mem_get,
	.get_many = mem_get_many,
	.scan = mem_scan,
	.put = mem_put,
	.del = mem_del,
	.count = mem_count,
	.usage = mem_usage,
	.upkeep = mem_upkeep,
};

struct engine *engine_mem_new(void)
{
	struct mem *mem = allocate(sizeof(*mem));

	mem->engine.ops = &mem_ops;
	mem->random = 1;
	pthread_mutex_init(&mem->writing, NULL);
	pthread_mutex_init(&mem->lock, NULL);
	return &mem->engine;
}

struct engine *engine_mem_copy(struct engine *engine)
{
	struct engine *copy = engine_mem_new();

	mem_of(copy)->root = root_now(mem_of(engine));
	mem_of(copy)->random = mem_of(engine)->random;
	return copy;
}

void engine_mem_fail_put(struct engine *engine, uint64_t nth, int err)
{
	mem_of(engine)->fail_put_in = nth;
	mem_of(engine)->fail_put_err = err;
}

void engine_mem_fail_commit(struct engine *engine, uint64_t nth, int err)
{
	mem_of(engine)->fail_commit_in = nth;
	mem_of(engine)->fail_commit_err = err;
}

uint64_t engine_mem_puts(struct engine *engine)
{
	return mem_of(engine)->puts;
}
