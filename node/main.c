/*
 * The program. What it can do is the command table (cli/commands.c); `serve` is serve.c.
 */
#include "node/cli/cli.h"

int main(int argc, char **argv)
{
	return cli_main(argc, argv);
}
