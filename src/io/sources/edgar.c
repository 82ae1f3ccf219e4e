#include "io/sources/edgar.h"

#include <libxml/HTMLparser.h>
#include <math.h>
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
#define BYTES_MAX (8 * 1024 * 1024)
#define NODES_MAX 2000000
#define ROWS_MAX 20000
#define WAITING_MAX 50

/* Form 8-K of companies that hold bitcoins, as Strategy Inc. (formerly MicroStrategy) files it each week: a
 * table “BTC Update” with the period, “BTC Acquired” (or sold), what was paid, the average price and
 * “Aggregate BTC Holdings”. What is not in that layout is refused. */

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

/* HTML to rows of cells */

static gboolean
is_element (const xmlNode *node,
            const char    *name)
{
  return node->type == XML_ELEMENT_NODE && g_ascii_strcasecmp ((const char *) node->name, name) == 0;
}

/* The next node in the order of the document; not below @node when @deeper is not set. NULL behind @root. */
static xmlNode *
following (xmlNode  *node,
           xmlNode  *root,
           gboolean  deeper)
{
  if (deeper && node->children != NULL && node->type == XML_ELEMENT_NODE)
    return node->children;
  while (node != root && node->next == NULL)
    node = node->parent;
  return node == root ? NULL : node->next;
}

/* The text below @root, without that of tables in it, in one line: any white space is one space, signs for
 * nothing (soft hyphens, zero-width spaces) are left out. */
static char *
read_text (xmlNode *root,
           gboolean tables)
{
  GString *out = g_string_new (NULL);
  gboolean space = FALSE, table = FALSE;

  for (xmlNode *node = root; node != NULL; node = following (node, root, !table))
    {
      table = !tables && node != root && is_element (node, "table");
      if (node->type != XML_TEXT_NODE && node->type != XML_CDATA_SECTION_NODE)
        {
          space = space || is_element (node, "br") || is_element (node, "p") || is_element (node, "div")
            || is_element (node, "td");
          continue;
        }
      for (const char *p = (const char *) node->content; p != NULL && *p != '\0'; p = g_utf8_next_char (p))
        {
          gunichar c = g_utf8_get_char (p);

          if (g_unichar_isspace (c) || c == 0xa0)
            space = TRUE;
          else if (c != 0xad && c != 0x200b && c != 0xfeff)
            {
              if (space && out->len > 0)
                g_string_append_c (out, ' ');
              space = FALSE;
              g_string_append_unichar (out, c);
            }
        }
    }
  return g_string_free (out, FALSE);
}

/* Takes marks of footnotes from the end: “(2)”, “*”. */
static void
cut_footnotes (char *text)
{
  for (;;)
    {
      gsize length = strlen (text), n = length;

      if (n > 0 && (text[n - 1] == '*' || text[n - 1] == ' '))
        text[n - 1] = '\0';
      else if (n > 2 && text[n - 1] == ')')
        {
          for (n--; n > 0 && g_ascii_isdigit (text[n - 1]); n--)
            ;
          if (n == 0 || n == length - 1 || text[n - 1] != '(')
            return;
          text[n - 1] = '\0';
        }
      else
        return;
    }
}

/* The cells of a row that hold something; currency signs stand in cells of their own. */
static GPtrArray *
read_row (xmlNode *row)
{
  GPtrArray *cells = g_ptr_array_new_with_free_func (g_free);

  for (xmlNode *node = row->children; node != NULL; node = node->next)
    if (is_element (node, "td") || is_element (node, "th"))
      {
        char *text = read_text (node, FALSE);

        cut_footnotes (text);
        if (*text == '\0' || strcmp (text, "$") == 0)
          g_free (text);
        else
          g_ptr_array_add (cells, text);
      }
  return cells;
}

static gboolean
read_rows (xmlNode   *root,
           GPtrArray *rows,
           GError   **error)
{
  guint n = 0;

  for (xmlNode *node = root; node != NULL; node = following (node, root, TRUE))
    {
      if (++n > NODES_MAX || rows->len > ROWS_MAX)
        {
          g_set_error (error, TF_ERROR, TF_ERROR_RANGE, "layout not known: found too large a document");
          return FALSE;
        }
      if (is_element (node, "tr"))
        {
          GPtrArray *row = read_row (node);

          if (row->len > 0)
            g_ptr_array_add (rows, row);
          else
            g_ptr_array_unref (row);
        }
    }
  return TRUE;
}

/* Rows of cells to changes */

typedef enum
{
  NOTHING,
  ACQUIRED,
  SOLD,
  MILLIONS, /* paid, in … */
  BILLIONS,
  AVERAGE,
  HOLDINGS,
} Label;

static Label
get_label (const char *cell)
{
  static const struct { const char *text; Label label; } labels[] = {
    { "btcacquired", ACQUIRED }, { "btcpurchased", ACQUIRED }, { "btcsold", SOLD },
    { "aggregatepurchaseprice(inmillions)", MILLIONS }, { "aggregatepurchaseprice(inbillions)", BILLIONS },
    { "aggregatesaleprice(inmillions)", MILLIONS }, { "aggregatesaleprice(inbillions)", BILLIONS },
    { "averagepurchaseprice", AVERAGE }, { "averagesaleprice", AVERAGE }, { "aggregatebtcholdings", HOLDINGS },
  };
  g_autofree char *small = g_ascii_strdown (cell, -1);
  char *out = small;

  for (const char *p = small; *p != '\0'; p++)
    if (*p != ' ')
      *out++ = *p;
  *out = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    if (strcmp (small, labels[i].text) == 0)
      return labels[i].label;
  return NOTHING;
}

static gboolean
not_known (GError    **error,
           const char *what)
{
  g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "layout not known: %s", what);
  return FALSE;
}

static gboolean
not_understood (GError    **error,
                const char *cell)
{
  char quote[TF_QUOTE_SIZE];

  g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "layout not known: found “%s”", tf_error_quote (cell, -1, quote));
  return FALSE;
}

/* “June 7, 2026” at *@text, which is moved behind it. */
static gboolean
take_date (const char **text,
           TfTime      *day)
{
  static const char *const months[] = {
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
  };
  const char *p = *text;

  for (guint m = 0; m < G_N_ELEMENTS (months); m++)
    if (g_str_has_prefix (p, months[m]) && p[strlen (months[m])] == ' ')
      {
        char date[16];
        guint d = 0, y = 0;
        int end = 0;

        p += strlen (months[m]) + 1;
        if (!g_ascii_isdigit (*p) || sscanf (p, "%2u, %4u%n", &d, &y, &end) != 2 || y < 1970
            || g_ascii_isdigit (p[end]))
          return FALSE;
        g_snprintf (date, sizeof date, "%04u-%02u-%02u", y, m + 1, d);
        *text = p + end;
        return tf_time_parse (date, day, NULL);
      }
  return FALSE;
}

static gboolean
take_words (const char **text,
            const char  *words)
{
  if (!g_str_has_prefix (*text, words))
    return FALSE;
  *text += strlen (words);
  return TRUE;
}

/* “1,550”, “$ 65,332”, “85,838.8”; a dash is none. */
static gboolean
read_number (const char *cell,
             gint64     *raw,
             guint      *places)
{
  g_autoptr (GString) digits = g_string_new (NULL);
  const char *p = cell, *point;
  guint group = 0;
  gboolean grouped = FALSE;

  *raw = 0;
  *places = 0;
  if (*p == '$')
    p += 1 + (p[1] == ' ');
  if (strcmp (p, "-") == 0 || strcmp (p, "–") == 0 || strcmp (p, "—") == 0)
    return TRUE;
  for (; g_ascii_isdigit (*p) || *p == ','; p++)
    {
      if (*p == ',')
        {
          if (group == 0 || group > 3 || (grouped && group != 3))
            return FALSE;
          grouped = TRUE;
          group = 0;
          continue;
        }
      group++;
      g_string_append_c (digits, *p);
    }
  if (group == 0 || (grouped && group != 3))
    return FALSE;
  point = p;
  if (*p == '.')
    {
      *places = (guint) strspn (p + 1, "0123456789");
      p += 1 + *places;
      if (*places == 0)
        return FALSE;
      g_string_append_len (digits, point, p - point);
    }
  return *p == '\0' && tf_decimal_parse (digits->str, (gssize) digits->len, raw, NULL);
}

/* Three cells: how many, what they cost together, the average. The filing rounds the second: the others have
 * to agree with it, or a column is not what it is taken for. */
static gboolean
read_three (GPtrArray *row,
            guint      first,
            Label      unit,
            gint64     values[2],
            GError   **error)
{
  gint64 count, paid, price;
  guint places, paid_places;
  double million = unit == MILLIONS ? 1e6 : 1e9, product, told, step;

  if (!read_number (row->pdata[first], &count, &places))
    return not_understood (error, row->pdata[first]);
  if (!read_number (row->pdata[first + 1], &paid, &paid_places))
    return not_understood (error, row->pdata[first + 1]);
  if (!read_number (row->pdata[first + 2], &price, &places))
    return not_understood (error, row->pdata[first + 2]);
  product = (double) count / TF_SCALE * ((double) price / TF_SCALE);
  told = (double) paid / TF_SCALE * million;
  step = million * pow (10, -(double) paid_places);
  if ((count == 0) != (price == 0) || fabs (product - told) > 0.6 * step + 0.001 * product)
    return not_known (error, "numbers that do not agree with each other");
  values[0] = count;
  values[1] = price;
  return TRUE;
}

typedef struct
{
  GArray  *changes;
  gboolean has_period, has_date, has_change; /* @has_change: the table was there, if only with dashes */
  TfTime   from, until, date;
} Reading;

/* “During Period June 1, 2026 to June 7, 2026”, “As of June 7, 2026” */
static gboolean
read_dates (Reading    *self,
            GPtrArray  *row,
            GError    **error)
{
  for (guint i = 0; i < row->len; i++)
    {
      const char *text = row->pdata[i];

      if (take_words (&text, "During Period "))
        {
          self->has_period = take_date (&text, &self->from) && take_words (&text, " to ")
            && take_date (&text, &self->until) && *text == '\0' && self->from <= self->until;
          if (!self->has_period)
            return not_understood (error, row->pdata[i]);
        }
      else if (take_words (&text, "As of "))
        self->has_date = take_date (&text, &self->date) && *text == '\0';
    }
  return TRUE;
}

/* A header and the row below it. */
static gboolean
read_table (Reading   *self,
            GPtrArray *header,
            GPtrArray *values,
            GError   **error)
{
  Label labels[6];
  gint64 three[2];
  guint at = 0;

  if (header->len > 6 || header->len % 3 != 0 || values == NULL || values->len != header->len)
    return not_understood (error, header->pdata[0]);
  for (guint i = 0; i < header->len; i++)
    labels[i] = get_label (header->pdata[i]);
  for (guint i = 0; i < header->len; i += 3)
    if (labels[i] != (i > 0 || labels[0] == HOLDINGS ? HOLDINGS : labels[0] == SOLD ? SOLD : ACQUIRED)
        || (labels[i + 1] != MILLIONS && labels[i + 1] != BILLIONS) || labels[i + 2] != AVERAGE)
      return not_understood (error, header->pdata[i]);
  if (labels[0] != HOLDINGS)
    {
      TfEdgarChange change = { .from = self->from, .until = self->until, .side = labels[0] == SOLD ? -1 : 1 };

      if (!self->has_period)
        return not_known (error, "no period above the table");
      if (!read_three (values, 0, labels[1], three, error))
        return FALSE;
      self->has_period = FALSE;
      self->has_change = TRUE;
      change.quantity.raw = three[0];
      change.price.raw = three[1];
      if (three[0] > 0)
        g_array_append_val (self->changes, change);
      at = 3;
    }
  if (at < header->len)
    {
      guint n = self->changes->len;
      TfEdgarChange *last = n > 0 ? &g_array_index (self->changes, TfEdgarChange, n - 1) : NULL;

      if (!self->has_date)
        return not_known (error, "no date above the holdings");
      if (!read_three (values, at, labels[at + 1], three, error))
        return FALSE;
      /* Holdings of another day do not follow from this change. */
      if (last != NULL && last->until == self->date)
        {
          last->has_position = TRUE;
          last->position.raw = three[0];
        }
    }
  return TRUE;
}

static gboolean
read_changes (GPtrArray *rows,
              Reading   *reading,
              GError   **error)
{
  for (guint r = 0; r < rows->len; r++)
    {
      GPtrArray *row = rows->pdata[r];
      Label first = get_label (row->pdata[0]);

      if (first == ACQUIRED || first == SOLD || first == HOLDINGS)
        {
          if (!read_table (reading, row, r + 1 < rows->len ? rows->pdata[r + 1] : NULL, error))
            return FALSE;
          r++;
          continue;
        }
      /* A heading of such a table at another place, or beside one that is new, is not understood. */
      for (guint i = 0; i < row->len; i++)
        {
          Label label = get_label (row->pdata[i]);

          if (label != NOTHING)
            return not_understood (error, row->pdata[i]);
        }
      if (!read_dates (reading, row, error))
        return FALSE;
    }
  return TRUE;
}

/* Until 2024 the purchases were told in sentences. */
static gboolean
has_sentence (const char *text)
{
  return g_regex_match_simple ("\\b(acquired|purchased|bought|sold)\\b[^.]{0,120}?"
                               "\\b[0-9][0-9,.]*\\s+(bitcoins?|btc)\\b", text,
                               G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0);
}

/**
 * tf_edgar_changes:
 * @html: the document of a form 8-K
 *
 * Bitcoins acquired or sold, as the tables of the document say. No table or only dashes is none.
 *
 * Returns: (transfer full): TfEdgarChanges in the order of the document; %NULL with %TF_ERROR_INVALID or
 *   %TF_ERROR_RANGE as “layout not known: …” when there may be some that are not understood
 */
GArray *
tf_edgar_changes (const char *html,
                  gsize       length,
                  GError    **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  g_autoptr (GArray) changes = g_array_new (FALSE, FALSE, sizeof (TfEdgarChange));
  Reading reading = { .changes = changes };
  htmlParserCtxtPtr context = NULL;
  htmlDocPtr document = NULL;
  gboolean good = FALSE;

  if (length == 0 || length > BYTES_MAX || !g_utf8_validate (html, (gssize) length, NULL))
    {
      not_known (error, "found no text in UTF-8");
      return NULL;
    }
  context = htmlNewParserCtxt ();
  document = htmlCtxtReadMemory (context, html, (int) length, NULL, "UTF-8",
                                 HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET
                                 | HTML_PARSE_COMPACT | HTML_PARSE_NODEFDTD);
  /* What ended the reading (nested too deep) left the rest out. */
  if (document == NULL || context->disableSAX != 0 || xmlDocGetRootElement (document) == NULL)
    not_known (error, "found HTML that cannot be read to its end");
  else
    {
      xmlNode *root = xmlDocGetRootElement (document);

      good = read_rows (root, rows, error) && read_changes (rows, &reading, error);
      if (good && !reading.has_change)
        {
          g_autofree char *text = read_text (root, TRUE);

          good = !has_sentence (text) || not_known (error, "found a sentence about bitcoins, no table");
        }
    }
  if (document != NULL)
    xmlFreeDoc (document);
  htmlFreeParserCtxt (context);
  return good ? g_steal_pointer (&changes) : NULL;
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
                                       .url = url, .user_agent = company->agent, .max_bytes = BYTES_MAX,
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
                                         .url = url, .user_agent = company->agent, .max_bytes = BYTES_MAX,
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
