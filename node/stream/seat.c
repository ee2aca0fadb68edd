/*
 * A list: it is no longer than what one account may listen to, and walked whole for all that is told. The hub's thread.
 */
#include "node/stream/seat.h"

#include <stdlib.h>

struct seat *seat_take(struct seat **seats, const struct channel *channel)
{
	struct seat *seat = *seats;

	while (seat && !channel_eq(&seat->channel, channel))
		seat = seat->next;
	if (!seat) {
		seat = calloc(1, sizeof(*seat));
		if (!seat)
			abort();
		seat->channel = *channel;
		seat->next = *seats;
		*seats = seat;
	}
	seat->streams++;
	return seat;
}

void seat_leave(struct seat **seats, struct seat *seat)
{
	if (--seat->streams)
		return;
	while (*seats != seat)
		seats = &(*seats)->next;
	*seats = seat->next;
	free(seat);
}
