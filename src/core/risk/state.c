#include "core/risk/state.h"

#include <string.h>

static const char *const names[TF_N_STATES] = {
  [TF_STATE_ACTIVE] = "active",
  [TF_STATE_REDUCING] = "reducing",
  [TF_STATE_CLOSE_ONLY] = "close-only",
  [TF_STATE_HALTED] = "halted",
  [TF_STATE_FLATTENING] = "flattening",
};

/**
 * tf_state_name:
 *
 * Returns: the machine id ("close-only"), as it is stored
 */
const char *
tf_state_name (TfTradingState state)
{
  g_return_val_if_fail ((guint) state < TF_N_STATES, "");
  return names[state];
}

/**
 * tf_state_parse:
 * @state: (out): the state with that machine id
 *
 * Returns: %FALSE when there is none
 */
gboolean
tf_state_parse (const char     *name,
                TfTradingState *state)
{
  for (guint i = 0; i < TF_N_STATES; i++)
    if (strcmp (name, names[i]) == 0)
      {
        *state = (TfTradingState) i;
        return TRUE;
      }
  return FALSE;
}

/**
 * tf_state_allows_entry:
 *
 * Returns: whether an order may open or enlarge a position
 */
gboolean
tf_state_allows_entry (TfTradingState state)
{
  return state == TF_STATE_ACTIVE;
}

/**
 * tf_state_allows_reducing:
 *
 * Returns: whether a new order may work against the position that the account has, at most down to nothing.
 *   An order that is marked as closing needs no permission.
 */
gboolean
tf_state_allows_reducing (TfTradingState state)
{
  return state <= TF_STATE_REDUCING;
}

/**
 * tf_state_cancels_entries:
 *
 * Returns: whether entries that already work are to be cancelled
 */
gboolean
tf_state_cancels_entries (TfTradingState state)
{
  return state >= TF_STATE_HALTED;
}

/**
 * tf_state_flattens:
 *
 * Returns: whether open positions are to be closed at the market
 */
gboolean
tf_state_flattens (TfTradingState state)
{
  return state == TF_STATE_FLATTENING;
}

/**
 * tf_state_strictest:
 *
 * What holds where two states meet: the system's and the account's, the account's and the voter's.
 */
TfTradingState
tf_state_strictest (TfTradingState a,
                    TfTradingState b)
{
  return a > b ? a : b;
}
