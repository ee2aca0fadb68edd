/*
 * The program. What it can do is the command table (cli/commands.c); `serve` is serve.c.
 */
#include <signal.h>
#include <sys/stat.h>

#include "node/cli/cli.h"

int main(int argc, char **argv)
{
	umask(077);                /* all that is made is its owner's alone */
	signal(SIGXFSZ, SIG_IGN);  /* a file that may not grow is a full disk: an error code, no death */
	return cli_main(argc, argv);
}
