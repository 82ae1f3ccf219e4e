#include "io/sources/source.h"

#include <glib/gi18n.h>
#include <string.h>

#include "core/base/error.h"
#include "io/sources/drivers.h"

/* A new kind is a file with its driver (last column), its name in drivers.h, and a line here. */
static const TfSourceKind kinds[] = {
  { "demo", N_("Demo market: simulated"), 'D' },
  { "file", N_("Signal file"), 'D' },
  { "hyperliquid", N_("Fills of a public address on Hyperliquid"), 'A', N_("Address: 0x and 40 hexadecimal digits"),
    "https://api.hyperliquid.xyz", &tf_source_hyperliquid },
  { "sec-edgar", N_("Filings with the SEC"), 'A', N_("Central index key (CIK), such as 0001050446"),
    "https://data.sec.gov", &tf_source_edgar },
  { "feed", N_("Feed of a blog, channel or podcast"), 'C', N_("Address of an RSS or Atom feed, https://…"), NULL,
    &tf_source_feed },
  { "webhook", N_("Webhook on this machine"), 'B', N_("Name of the webhook: letters, digits, - and _"),
    "http://127.0.0.1:8787", &tf_source_webhook },
  { "tradingview", N_("TradingView alerts on this machine"), 'C', N_("Name of the webhook: letters, digits, - and _"),
    "http://127.0.0.1:8788", &tf_source_webhook },
  { "okx", N_("Public lead trader on OKX"), 'B', N_("The lead trader's code"), "https://www.okx.com",
    &tf_source_okx },
  /* The signature proves who wrote it, but a text is still only words about a trade: C, as of any public statement. */
  { "nostr", N_("Author on Nostr"), 'C', N_("Public key: npub1… or 64 hexadecimal digits"),
    "wss://relay.damus.io wss://nos.lol wss://relay.primal.net", &tf_source_nostr },
  { "watched", N_("Watched file or folder"), 'D',
    N_("Path of a signal file or of a folder of them; #all behind it: with what is there already"), NULL,
    &tf_source_watched },
  { NULL },
};

/**
 * tf_source_kinds:
 *
 * Returns: (transfer none): the table, ending with a %NULL id
 */
const TfSourceKind *
tf_source_kinds (void)
{
  return kinds;
}

/**
 * tf_source_find:
 *
 * Returns: (nullable): the kind with this id
 */
const TfSourceKind *
tf_source_find (const char *id)
{
  for (const TfSourceKind *kind = kinds; id != NULL && kind->id != NULL; kind++)
    if (strcmp (kind->id, id) == 0)
      return kind;
  return NULL;
}

/**
 * tf_source_grade:
 *
 * Returns: the grade of the kind @id; that of what cannot be verified for one that is not in the table
 */
char
tf_source_grade (const char *id)
{
  const TfSourceKind *kind = tf_source_find (id);

  return kind != NULL ? kind->grade : 'D';
}

/**
 * tf_source_has_secret:
 *
 * Returns: whether a source of the kind @id is opened with a secret that it shares with its senders
 */
gboolean
tf_source_has_secret (const char *id)
{
  const TfSourceKind *kind = tf_source_find (id);

  return kind != NULL && kind->driver == &tf_source_webhook;
}

/**
 * tf_source_secret_name:
 * @trader: id
 *
 * Returns: (transfer full): the name under which the secret of its webhooks is kept: “webhook:anna”
 */
char *
tf_source_secret_name (const char *trader)
{
  g_autofree char *small = g_ascii_strdown (trader, -1);

  return g_strconcat ("webhook:", g_strcanon (small, "abcdefghijklmnopqrstuvwxyz0123456789._-", '-'), NULL);
}

const char *
tf_source_title (const char *id)
{
  const TfSourceKind *kind = tf_source_find (id);

  return kind != NULL ? _(kind->title) : _("Source that the program does not know");
}

/**
 * tf_source_check:
 * @address: as typed so far
 *
 * Whether @address may be one for a live source of the kind @id, as far as its form tells.
 */
gboolean
tf_source_check (const char *id,
                 const char *address,
                 GError    **error)
{
  const TfSourceKind *kind = tf_source_find (id);
  char quoted[TF_QUOTE_SIZE];

  if (kind == NULL || kind->driver == NULL)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_NOT_FOUND, "found “%s”, expected a kind of live source",
                   tf_error_quote (id != NULL ? id : "", -1, quoted));
      return FALSE;
    }
  if (address == NULL || *address == '\0')
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found nothing, expected: %s", _(kind->hint));
      return FALSE;
    }
  return kind->driver->check == NULL || kind->driver->check (address, error);
}

/**
 * tf_source_state_name:
 *
 * Returns: a stable machine word
 */
const char *
tf_source_state_name (TfSourceState state)
{
  static const char *const names[] = { "off", "connecting", "live", "waiting", "failed" };

  return names[state];
}

/**
 * tf_source_spec_copy:
 * @self: (out caller-allocates): to be cleared with tf_source_spec_clear()
 */
void
tf_source_spec_copy (TfSourceSpec       *self,
                     const TfSourceSpec *from)
{
  *self = (TfSourceSpec) {
    g_strdup (from->kind), g_strdup (from->trader), g_strdup (from->address), g_strdup (from->endpoint),
    g_strdup (from->secret), g_strdup (from->contact), from->since,
  };
}

/**
 * tf_source_spec_clear:
 *
 * Frees the strings, the spec itself is the caller's. A secret is overwritten.
 */
void
tf_source_spec_clear (TfSourceSpec *self)
{
  if (self->secret != NULL)
    explicit_bzero (self->secret, strlen (self->secret));
  g_clear_pointer (&self->kind, g_free);
  g_clear_pointer (&self->trader, g_free);
  g_clear_pointer (&self->address, g_free);
  g_clear_pointer (&self->endpoint, g_free);
  g_clear_pointer (&self->secret, g_free);
  g_clear_pointer (&self->contact, g_free);
}
