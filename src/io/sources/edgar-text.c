#include <libxml/HTMLparser.h>
#include <math.h>
#include <string.h>

#include "core/base/error.h"
#include "io/sources/edgar.h"

#define NODES_MAX 2000000
#define ROWS_MAX 20000

/* Form 8-K of companies that hold bitcoins, as Strategy Inc. (formerly MicroStrategy) files it each week: a
 * table “BTC Update” with the period, “BTC Acquired” (or sold), what was paid, the average price and
 * “Aggregate BTC Holdings”. What is not in that layout is refused. */

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

  if (length == 0 || length > TF_EDGAR_BYTES_MAX || !g_utf8_validate (html, (gssize) length, NULL))
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
