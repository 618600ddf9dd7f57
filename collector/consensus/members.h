#ifndef ZHANJI_CONSENSUS_MEMBERS_H
#define ZHANJI_CONSENSUS_MEMBERS_H

#include "collector/consensus/still_state.h"

/* Communities of reporters: what goes over reporters and their rows. */

/* Adds part × a reporter's N to a table. */
void members_add(const struct still *still, size_t reporter, double part, double *sum);
/* Adds the N of a community's members to its table of θ; how many they are, and one more. */
double members_gather(struct still *still, size_t number);
/* The reporter who is least like any community. */
size_t members_find_stranger(const struct still *still);
/* Of which communities reporters are members, and so what their log θ is. */
void members_place(struct still *still);
/* communities_foretell */
void members_foretell(struct still *still);

#endif
