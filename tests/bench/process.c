/*
 * fork, exec, /proc.
 */
#include "tests/bench/process.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/base/arena.h"
#include "tests/bench/http.h"
#include "tests/bench/measure.h"

enum { LISTEN_SECONDS = 10, PORT_FIRST = 12000, PORT_COUNT = 18000 };

static pid_t fork_bound(void)
{
	pid_t parent = getpid(), pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		give_up("fork: %s", strerror(errno));
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
	}
	return pid;
}

pid_t process_fork(void (*body)(void *arg), void *arg)
{
	pid_t pid = fork_bound();

	if (pid == 0) {
		body(arg);
		exit(0);
	}
	return pid;
}

pid_t process_spawn(const char *const *argv, int out_fd)
{
	pid_t pid = fork_bound();

	if (pid == 0) {
		int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

		dup2(null, STDIN_FILENO);
		if (out_fd >= 0)
			dup2(out_fd, STDOUT_FILENO);
		execv(argv[0], (char *const *)(uintptr_t)argv);
		fprintf(stderr, "bench: %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	return pid;
}

static bool ended_well(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

struct str process_output(struct arena *arena, const char *const *argv)
{
	enum { PIECE_BYTES = 4096 };
	struct buf out;
	int ends[2];
	ssize_t n;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		give_up("pipe: %s", strerror(errno));
	pid = process_spawn(argv, ends[1]);
	close(ends[1]);
	buf_init(&out, arena, 0);
	while ((n = read(ends[0], buf_reserve(&out, PIECE_BYTES), PIECE_BYTES)) > 0)
		out.n += (size_t)n;
	close(ends[0]);
	if (!ended_well(pid))
		give_up("%s %s failed", argv[0], argv[1]);
	return str_trim((struct str){ out.p, out.n });
}

bool process_stop(pid_t pid)
{
	kill(pid, SIGTERM);
	return ended_well(pid);
}

double process_cpu_us(pid_t pid)
{
	unsigned long user = 0, system = 0;
	char *path;
	FILE *file;

	if (asprintf(&path, "/proc/%d/stat", (int)pid) < 0)
		abort();
	file = fopen(path, "re");
	free(path);
	if (!file)
		return 0;
	if (fscanf(file, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
		user = system = 0;
	fclose(file);
	return (double)(user + system) * 1e6 / (double)sysconf(_SC_CLK_TCK);
}

uint64_t process_rss_anon_kib(pid_t pid)
{
	unsigned long kib = 0;
	char *path, *line = NULL;
	size_t size = 0;
	FILE *file;

	if (asprintf(&path, "/proc/%d/status", (int)pid) < 0)
		abort();
	file = fopen(path, "re");
	free(path);
	while (file && getline(&line, &size, file) > 0)
		if (sscanf(line, "RssAnon: %lu kB", &kib) == 1)
			break;
	if (file)
		fclose(file);
	free(line);
	return kib;
}

static bool port_is_free(unsigned port)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	bool is_free;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	is_free = bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 && listen(fd, 1) == 0;
	close(fd);
	return is_free;
}

uint16_t port_take(void)
{
	static unsigned next;

	if (!next)
		next = (unsigned)getpid() * 7;
	while (!port_is_free(PORT_FIRST + ++next % PORT_COUNT))
		;
	return (uint16_t)(PORT_FIRST + next % PORT_COUNT);
}

void port_await(uint16_t port)
{
	int64_t until = now_us() + LISTEN_SECONDS * 1000000LL;
	int fd;

	while ((fd = http_connect(port)) < 0) {
		if (now_us() > until)
			give_up("nobody listens on port %u", port);
		pause_us(200);
	}
	close(fd);
}
