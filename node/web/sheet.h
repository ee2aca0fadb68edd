/*
 * /settings/invitations/import: a spreadsheet of people who are to come (node/accounts/people_sheet.h), for who looks after
 * invitations.
 */
#ifndef NODE_WEB_SHEET_H
#define NODE_WEB_SHEET_H

#include "node/call.h"

int sheet_page_show(struct call *call, struct view *view);
int sheet_page_check(struct call *call, struct view *view);
int sheet_page_work(struct call *call);

#endif
