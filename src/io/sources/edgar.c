#include "io/sources/edgar.h"

#include <string.h>

#include "core/base/error.h"
#include "io/sources/drivers.h"
#include "io/sources/hub.h"
#include "io/sources/json-text.h"

#define POLL_MS 60000
#define RETRY_MS 30000     /* a document is there one to three minutes after its line in the list */
#define TRIES 20
#define RECENT (8 * TF_DAY) /* read at the first look, so that the week's report is not missed … */
#define OVERLAP TF_HOUR     /* … or so much more than what came since one last listened: the list is late, and so is a document */
#define WAITING_MAX 50

/**
 * tf_edgar_cik:
 * @address: “0001050446”, “1050446” or “CIK0001050446”
 */
gboolean
tf_edgar_cik (const char *address,
              guint64    *cik,
              GError    **error)
{
  const char *digits = g_ascii_strncasecmp (address, "CIK", 3) == 0 ? address + 3 : address;
  char quote[TF_QUOTE_SIZE];

  if (strlen (digits) <= 10 && g_ascii_string_to_unsigned (digits, 10, 1, G_GUINT64_CONSTANT (9999999999), cik, NULL))
    return TRUE;
  g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found “%s”, expected a central index key: up to 10 digits",
               tf_error_quote (address, -1, quote));
  return FALSE;
}

/* Both end up in an address. */
static gboolean
is_accession (const char *text)
{
  static const char form[] = "dddddddddd-dd-dddddd";

  for (guint i = 0; i < sizeof form; i++) /* with the end */
    if (form[i] == 'd' ? !g_ascii_isdigit (text[i]) : text[i] != form[i])
      return FALSE;
  return TRUE;
}

static gboolean
is_document (const char *text)
{
  gsize length = strlen (text);

  if (length == 0 || length >= sizeof ((TfEdgarFiling *) NULL)->document || *text == '.')
    return FALSE;
  for (; *text != '\0'; text++)
    if (!g_ascii_isalnum (*text) && strchr ("_.-", *text) == NULL)
      return FALSE;
  return TRUE;
}

/**
 * tf_edgar_filings:
 * @text: submissions/CIK….json
 * @refused: (out): current reports whose line is not understood
 *
 * Returns: (transfer full): TfEdgarFilings, the 8-K of the list, oldest first; amendments (8-K/A) tell
 *   nothing new and are left out. %NULL with %TF_ERROR_INVALID when it is no such list.
 */
GArray *
tf_edgar_filings (const char *text,
                  gssize      length,
                  guint      *refused,
                  GError    **error)
{
  static const char *const names[] = { "form", "accessionNumber", "acceptanceDateTime", "primaryDocument" };
  g_autoptr (JsonNode) root = tf_json_text_read (text, length, error);
  JsonObject *recent;
  JsonArray *columns[G_N_ELEMENTS (names)];
  GArray *filings;

  *refused = 0;
  if (root == NULL)
    return NULL;
  recent = tf_json_get_object (tf_json_get_object (tf_json_as_object (root), "filings"), "recent");
  for (guint k = 0; k < G_N_ELEMENTS (names); k++)
    {
      columns[k] = tf_json_get_array (recent, names[k]);
      if (columns[k] == NULL || json_array_get_length (columns[k]) != json_array_get_length (columns[0]))
        {
          g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "layout not known: found no list “%s” as long as the others",
                       names[k]);
          return NULL;
        }
    }
  filings = g_array_new (FALSE, FALSE, sizeof (TfEdgarFiling));
  for (guint i = json_array_get_length (columns[0]); i-- > 0;)
    {
      const char *values[G_N_ELEMENTS (names)];
      TfEdgarFiling filing = { .accession = "" };

      for (guint k = 0; k < G_N_ELEMENTS (names); k++)
        values[k] = tf_json_as_string (json_array_get_element (columns[k], i));
      if (g_strcmp0 (values[0], "8-K") != 0)
        continue;
      if (values[1] == NULL || values[2] == NULL || values[3] == NULL
          || !is_accession (values[1]) || !is_document (values[3])
          || !tf_time_parse (values[2], &filing.accepted, NULL))
        {
          ++*refused;
          continue;
        }
      g_strlcpy (filing.accession, values[1], sizeof filing.accession);
      g_strlcpy (filing.document, values[3], sizeof filing.document);
      g_array_append_val (filings, filing);
    }
  return filings;
}

/* The day of the n-th Sunday of a month. */
static gint64
nth_sunday (GDateYear  year,
            GDateMonth month,
            guint      n)
{
  GDate date;

  g_date_clear (&date, 1);
  g_date_set_dmy (&date, 1, month, year);
  return (gint64) g_date_get_julian (&date) + (7 - g_date_get_weekday (&date)) + 7 * (n - 1);
}

/* New York's clock to UTC, by the rule since 2007: summer from the second Sunday of March to the first of
 * November, at two o'clock. */
static TfTime
from_eastern (TfTime wall)
{
  gint64 julian = tf_time_day (wall) + 719163;
  TfTime hour = wall - tf_time_day (wall) * TF_DAY;
  GDate date;
  gint64 begin, end;

  g_date_clear (&date, 1);
  g_date_set_julian (&date, (guint32) julian);
  begin = nth_sunday (g_date_get_year (&date), G_DATE_MARCH, 2);
  end = nth_sunday (g_date_get_year (&date), G_DATE_NOVEMBER, 1);
  if ((julian > begin || (julian == begin && hour >= 2 * TF_HOUR))
      && (julian < end || (julian == end && hour < 2 * TF_HOUR)))
    return wall + 4 * TF_HOUR;
  return wall + 5 * TF_HOUR;
}

/**
 * tf_edgar_published:
 * @accepted: acceptanceDateTime of a filing, with its “Z” taken at its word
 * @received: when it was first seen in the list
 *
 * EDGAR writes “Z” behind all of these, but for some companies the clock is that of New York (compared with
 * the filings' own headers, which are always Eastern: for 181 of 808 companies). Nothing in the text tells
 * which one it is. So the later reading counts, since nobody could know of a filing before: Eastern, unless
 * it was here already by then.
 *
 * Returns: when the filing was public
 */
TfTime
tf_edgar_published (TfTime accepted,
                    TfTime received)
{
  TfTime eastern = from_eastern (accepted);

  return eastern <= received ? eastern : MIN (accepted, received);
}

/* The driver: for each company its list, and of new reports the document. */

typedef struct _Edgar Edgar;

typedef struct
{
  Edgar              *edgar;
  const TfSourceSpec *spec;
  guint64             cik;
  char               *agent;
  TfPoller           *poller;
  GHashTable         *seen;    /* accession numbers */
  GQueue              waiting; /* of TfEdgarFiling *, with the published time in accepted */
  guint               tries, asking;
  GSource            *retry;
  gboolean            looked;
} Company;

struct _Edgar
{
  TfSourceHub *hub;
  char        *endpoint, *archive;
  GPtrArray   *companies;
};

static void
tell_filing (Company             *company,
             const TfEdgarFiling *filing,
             const TfAnswer      *answer)
{
  TfSourceHub *hub = company->edgar->hub;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) changes = tf_edgar_changes (answer->bytes, answer->length, &error);

  if (changes == NULL)
    {
      g_autofree char *why = g_strdup_printf ("%s: %s", filing->accession, error->message);

      tf_source_hub_note (hub, company->spec, TF_SOURCE_NOTE_ERROR, why);
      return;
    }
  if (changes->len == 0)
    tf_source_hub_note (hub, company->spec, TF_SOURCE_NOTE_IGNORED, NULL);
  for (guint i = 0; i < changes->len; i++)
    {
      const TfEdgarChange *change = &g_array_index (changes, TfEdgarChange, i);
      TfTraderSignal signal = {
        .symbol = "BTC", .side = change->side, .quantity = change->quantity, .price = change->price,
        .has_position = change->has_position, .position = change->position, .published = filing->accepted,
        .happened = MIN (change->until + TF_DAY, filing->accepted), /* the end of its last day */
      };

      if (change->until > filing->accepted)
        {
          tf_source_hub_note (hub, company->spec, TF_SOURCE_NOTE_ERROR,
                              "layout not known: a period that ends after the filing");
          return;
        }
      if (i == 0)
        g_strlcpy (signal.id, filing->accession, sizeof signal.id);
      else
        g_snprintf (signal.id, sizeof signal.id, "%s/%u", filing->accession, i + 1);
      g_strlcpy (signal.evidence, filing->document, sizeof signal.evidence);
      tf_source_hub_emit (hub, company->spec, &signal, answer->bytes, answer->length);
    }
}

static void fetch_next (Company *company);

static gboolean
on_retry (gpointer data)
{
  Company *company = data;

  tf_source_hub_forget (&company->retry);
  fetch_next (company);
  return G_SOURCE_REMOVE;
}

static void
on_document (const TfAnswer *answer,
             gpointer        data)
{
  Company *company = data;
  TfSourceHub *hub = company->edgar->hub;
  TfEdgarFiling *filing = g_queue_peek_head (&company->waiting);

  company->asking = 0;
  if (answer->reason == NULL)
    {
      tf_source_hub_note (hub, company->spec, TF_SOURCE_NOTE_MESSAGE, NULL);
      tell_filing (company, filing, answer);
    }
  else if (!answer->permanent && ++company->tries < TRIES)
    {
      company->retry = tf_source_hub_after (hub, MAX (answer->retry_ms, tf_source_hub_pace (hub, RETRY_MS)),
                                            on_retry, company);
      return;
    }
  else
    {
      g_autofree char *why = g_strdup_printf ("%s: %s", filing->accession, answer->reason);

      tf_source_hub_note (hub, company->spec, TF_SOURCE_NOTE_ERROR, why);
    }
  company->tries = 0;
  g_free (g_queue_pop_head (&company->waiting));
  fetch_next (company);
}

static void
fetch_next (Company *company)
{
  const TfEdgarFiling *filing = g_queue_peek_head (&company->waiting);
  g_autofree char *url = NULL;
  g_auto (GStrv) parts = NULL;

  if (filing == NULL || company->asking != 0 || company->retry != NULL)
    return;
  parts = g_strsplit (filing->accession, "-", 3);
  url = g_strdup_printf ("%s/Archives/edgar/data/%" G_GUINT64_FORMAT "/%s%s%s/%s",
                         company->edgar->archive, company->cik, parts[0], parts[1], parts[2], filing->document);
  company->asking = tf_fetcher_send (tf_source_hub_get_fetcher (company->edgar->hub),
                                     &(TfHttpRequest) {
                                       .url = url, .user_agent = company->agent, .max_bytes = TF_EDGAR_BYTES_MAX,
                                     }, on_document, company);
}

static void
on_list (const TfAnswer *answer,
         gpointer        data)
{
  Company *company = data;
  TfSourceHub *hub = company->edgar->hub;
  TfTime now = tf_source_hub_now (hub), since = company->spec->since;
  TfTime from = since != 0 ? since - OVERLAP : now - RECENT;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) filings = NULL;
  guint refused = 0;

  if (!tf_source_hub_judge (hub, company->spec, answer))
    {
      if (answer->status == 403)
        tf_source_hub_set_state (hub, company->spec, TF_SOURCE_WAITING,
                                 "EDGAR refuses (HTTP 403): too many questions, or a contact that it does not take",
                                 answer->retry_ms);
      else if (answer->permanent)
        g_clear_pointer (&company->poller, tf_poller_free);
      return;
    }
  filings = tf_edgar_filings (answer->bytes, (gssize) answer->length, &refused, &error);
  if (filings == NULL)
    {
      tf_source_hub_note (hub, company->spec, TF_SOURCE_NOTE_ERROR, error->message);
      tf_source_hub_set_state (hub, company->spec, TF_SOURCE_WAITING, error->message, answer->retry_ms);
      return;
    }
  for (guint i = 0; i < refused && !company->looked; i++)
    tf_source_hub_note (hub, company->spec, TF_SOURCE_NOTE_ERROR, "layout not known: a line of the list of filings");
  for (guint i = 0; i < filings->len; i++)
    {
      TfEdgarFiling *filing = &g_array_index (filings, TfEdgarFiling, i);

      if (!g_hash_table_add (company->seen, g_strdup (filing->accession)))
        continue;
      filing->accepted = tf_edgar_published (filing->accepted, now);
      if ((!company->looked && filing->accepted < from) || company->waiting.length >= WAITING_MAX)
        tf_source_hub_note (hub, company->spec, TF_SOURCE_NOTE_IGNORED, NULL);
      else
        g_queue_push_tail (&company->waiting, g_memdup2 (filing, sizeof *filing));
    }
  company->looked = TRUE;
  fetch_next (company);
}

static void
company_free (gpointer data)
{
  Company *company = data;

  if (company->asking != 0)
    tf_fetcher_cancel (tf_source_hub_get_fetcher (company->edgar->hub), company->asking);
  g_clear_pointer (&company->poller, tf_poller_free);
  tf_source_hub_forget (&company->retry);
  g_hash_table_unref (company->seen);
  g_queue_clear_full (&company->waiting, g_free);
  g_free (company->agent);
  g_free (company);
}

static void
edgar_close (gpointer driver)
{
  Edgar *self = driver;

  g_ptr_array_unref (self->companies);
  g_free (self->endpoint);
  g_free (self->archive);
  g_free (self);
}

/* It becomes part of a header. */
static gboolean
is_contact (const char *text)
{
  if (text == NULL || strchr (text, '@') == NULL || strlen (text) > 200)
    return FALSE;
  for (; *text != '\0'; text++)
    if (*text < ' ' || *text > '~')
      return FALSE;
  return TRUE;
}

static gpointer
edgar_open (TfSourceHub               *hub,
            const char                *endpoint,
            const TfSourceSpec *const *specs,
            guint                      n,
            GError                   **error)
{
  TfFetcher *fetcher = tf_source_hub_get_fetcher (hub);
  double rate = 1000.0 / tf_source_hub_pace (hub, 1000); /* ten times slower than EDGAR bears */
  Edgar *self = g_new0 (Edgar, 1);

  self->hub = hub;
  self->endpoint = g_strdup (endpoint);
  self->archive = g_strdup (strcmp (endpoint, "https://data.sec.gov") == 0 ? "https://www.sec.gov" : endpoint);
  self->companies = g_ptr_array_new_with_free_func (company_free);
  tf_fetcher_set_rate (fetcher, self->endpoint, rate, 1);
  tf_fetcher_set_rate (fetcher, self->archive, rate, 1);
  for (guint i = 0; i < n; i++)
    {
      Company *company;
      g_autofree char *url = NULL;

      if (!is_contact (specs[i]->contact))
        {
          tf_source_hub_set_state (hub, specs[i], TF_SOURCE_FAILED,
                                   "EDGAR wants a contact: your name and e-mail address", 0);
          continue;
        }
      company = g_new0 (Company, 1);
      company->edgar = self;
      company->spec = specs[i];
      tf_edgar_cik (specs[i]->address, &company->cik, NULL); /* checked before */
      company->agent = g_strdup_printf ("TradeFollow %s", specs[i]->contact);
      company->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_queue_init (&company->waiting);
      url = g_strdup_printf ("%s/submissions/CIK%010" G_GUINT64_FORMAT ".json", self->endpoint, company->cik);
      company->poller = tf_poller_new (fetcher,
                                       &(TfHttpRequest) {
                                         .url = url, .user_agent = company->agent, .max_bytes = TF_EDGAR_BYTES_MAX,
                                         .conditional = TRUE,
                                       },
                                       tf_source_hub_pace (hub, POLL_MS), on_list, company);
      g_ptr_array_add (self->companies, company);
    }
  return self;
}

static gboolean
edgar_check (const char *address,
             GError    **error)
{
  guint64 cik;

  return tf_edgar_cik (address, &cik, error);
}

const TfSourceDriver tf_source_edgar = { edgar_check, edgar_open, edgar_close };
