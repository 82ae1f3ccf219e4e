#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Trading state of the system, an account, a bot or a trader; each is at least as strict as the one before.
 * What is never refused in any of them: an order that only closes. */
typedef enum
{
  TF_STATE_ACTIVE,
  TF_STATE_REDUCING,   /* new orders only against the account's position, never through zero */
  TF_STATE_CLOSE_ONLY, /* no new entry; what is open runs to its own exit */
  TF_STATE_HALTED,     /* no new entry, working entries are cancelled; protective stops stay */
  TF_STATE_FLATTENING, /* as halted, and everything open is closed at the market; halted when done */
  TF_N_STATES
} TfTradingState;

const char     *tf_state_name            (TfTradingState  state);
gboolean        tf_state_parse           (const char     *name,
                                          TfTradingState *state);
gboolean        tf_state_allows_entry    (TfTradingState  state);
gboolean        tf_state_allows_reducing (TfTradingState  state);
gboolean        tf_state_cancels_entries (TfTradingState  state);
gboolean        tf_state_flattens        (TfTradingState  state);
TfTradingState  tf_state_strictest       (TfTradingState  a,
                                          TfTradingState  b);

G_END_DECLS
