#include "core/base/error.h"
#include "io/sources/edgar.h"
#include "sources-fixture.h"

/* Filings made up in the layout that Strategy uses; the numbers are of the shape of real ones. */

#define PERIOD "<tr><td colspan=\"3\">During Period June 1, 2026 to June 7, 2026*</td></tr>"
#define HEAD "<tr><td>BTC Acquired (1)</td><td>Aggregate Purchase Price (in&nbsp;millions)&#160;(2)</td><td>Average Purchase Price (2)</td></tr>"
#define VALUES "<tr><td>1,550</td><td>$</td><td>101.3</td><td>$</td><td>65,332</td></tr>"
#define DATE "<tr><td>As of June 7, 2026*</td></tr>"
#define HELD "<tr><td>Aggregate BTC Holdings</td><td>Aggregate Purchase Price (in billions) (2)</td><td>Average Purchase Price (2)</td></tr>"
#define HELD_VALUES "<tr><td>845,256</td><td>$63.97</td><td>$75,680</td></tr>"
#define SPLIT "<table><tr><td>BTC Update</td></tr>" PERIOD HEAD VALUES "</table><table>" DATE HELD HELD_VALUES "</table>"
#define COMBINED \
  "<table><tr><td>During Period June 1, 2026 to June 7, 2026</td><td></td><td>As of June 7, 2026</td></tr>" \
  "<tr><td>BTC Purchased (1)</td><td>AggregatePurchase Price (in millions) (2)</td><td>Average Purchase Price (2)</td>" \
  "<td>Aggregate BTC Holdings</td><td>Aggregate Purchase Price (in billions) (2)</td><td>Average Purchase Price (2)</td></tr>" \
  "<tr><td></td><td>1,550</td><td>$</td><td>101.3</td><td>$</td><td>65,332</td><td></td><td>845,256</td><td>$</td><td>63.97</td>" \
  "<td>$</td><td>75,680</td></tr></table>"
#define ATM \
  "<table><tr><td>ATM Update</td></tr><tr><td>During Period June 1, 2026 to June 7, 2026</td></tr>" \
  "<tr><td>Security</td><td>Shares Sold</td><td>Net Proceeds</td></tr><tr><td>MSTR Stock</td><td>4,531,421</td><td>$602.8 (4)</td></tr></table>"

static const struct
{
  const char *name, *html;
  guint       n;
  gint8       side;
  const char *quantity, *price, *position; /* of the first */
} good[] = {
  { "split", ATM SPLIT, 1, 1, "1550", "65332", "845256" },
  { "combined", COMBINED ATM, 1, 1, "1550", "65332", "845256" },
  { "no holdings", "<table>" PERIOD HEAD VALUES "</table>", 1, 1, "1550", "65332", NULL },
  { "holdings of another day", "<table>" PERIOD HEAD VALUES "</table><table><tr><td>As of June 8, 2026</td></tr>" HELD HELD_VALUES "</table>",
    1, 1, "1550", "65332", NULL },
  { "in a table of the page", "<table><tr><td>" SPLIT "</td></tr></table>", 1, 1, "1550", "65332", "845256" },
  { "cents", "<table>" PERIOD HEAD "<tr><td>334</td><td>$28.7</td><td>$85,838.8</td></tr></table>", 1, 1, "334", "85838.8", NULL },
  { "in billions", "<table>" PERIOD
    "<tr><th>BTC Acquired</th><th>Aggregate Purchase Price (in billions)</th><th>Average Purchase Price</th></tr>"
    "<tr><td>24,869</td><td>$ 2.01</td><td>$ 80,985</td></tr></table>", 1, 1, "24869", "80985", NULL },
  { "sold", "<table>" PERIOD "<tr><td>BTC Sold</td><td>Aggregate Sale Price (in millions) (2)</td><td>Average Sale Price (2)</td></tr>"
    "<tr><td>32 (1)</td><td>$2.5</td><td>$77,135</td></tr>" DATE HELD "<tr><td>843,706</td><td>$63.87</td><td>$75,699</td></tr></table>",
    1, -1, "32", "77135", "843706" },
  { "two periods", "<table><tr><td>During Period December 29, 2025 to December 31, 2025</td></tr>" HEAD
    "<tr><td>3</td><td>$0.3</td><td>$88,210</td></tr></table><table><tr><td>During Period January 1, 2026 to January 4, 2026</td></tr>"
    HEAD "<tr><td>1,283</td><td>$116.0</td><td>$90,391</td></tr></table>", 2, 1, "3", "88210", NULL },
  { "a week without", "<table>" PERIOD HEAD "<tr><td>-</td><td>$&mdash;</td><td>$ &ndash;</td></tr></table><table>" DATE HELD HELD_VALUES "</table>", 0 },
  { "holdings only", "<table>" DATE HELD HELD_VALUES "</table>", 0 },
  { "nothing of the kind", "<p>Item 5.02. Departure of Directors. Bitcoin is volatile.</p>" ATM, 0 },
};

static void
test_good (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *html = g_strdup_printf ("<html><body>%s</body></html>", good[i].html);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) changes = tf_edgar_changes (html, strlen (html), &error);
  const TfEdgarChange *change;
  TfTime until;
  gint64 raw;

  g_assert_no_error (error);
  g_assert_cmpuint (changes->len, ==, good[i].n);
  if (good[i].n == 0)
    return;
  change = &g_array_index (changes, TfEdgarChange, 0);
  g_assert_cmpint (change->side, ==, good[i].side);
  tf_decimal_parse (good[i].quantity, -1, &raw, NULL);
  g_assert_cmpint (change->quantity.raw, ==, raw);
  tf_decimal_parse (good[i].price, -1, &raw, NULL);
  g_assert_cmpint (change->price.raw, ==, raw);
  g_assert_true (change->has_position == (good[i].position != NULL));
  if (good[i].position != NULL)
    {
      tf_decimal_parse (good[i].position, -1, &raw, NULL);
      g_assert_cmpint (change->position.raw, ==, raw);
    }
  tf_time_parse (good[i].n == 2 ? "2025-12-31" : "2026-06-07", &until, NULL);
  g_assert_cmpint (change->until, ==, until);
}

#define BAD(head, values) "<table>" PERIOD "<tr>" head "</tr><tr>" values "</tr></table>"
#define THREE "<td>BTC Acquired</td><td>Aggregate Purchase Price (in millions)</td><td>Average Purchase Price</td>"

static const struct { const char *name, *html; } bad[] = {
  { "no period", "<table>" HEAD VALUES "</table>" },
  { "period of another form", "<table><tr><td>During Period 6/1/2026 to 6/7/2026</td></tr>" HEAD VALUES "</table>" },
  { "period backwards", "<table><tr><td>During Period June 7, 2026 to June 1, 2026</td></tr>" HEAD VALUES "</table>" },
  { "no such day", "<table><tr><td>During Period June 1, 2026 to June 31, 2026</td></tr>" HEAD VALUES "</table>" },
  { "no values", "<table>" PERIOD HEAD "</table>" },
  { "a value less", BAD (THREE, "<td>1,550</td><td>$101.3</td>") },
  { "a value more", BAD (THREE, "<td>1,550</td><td>$101.3</td><td>$65,332</td><td>7</td>") },
  { "columns swapped", BAD ("<td>Aggregate Purchase Price (in millions)</td><td>BTC Acquired</td><td>Average Purchase Price</td>",
                            "<td>$101.3</td><td>1,550</td><td>$65,332</td>") },
  { "values swapped", BAD (THREE, "<td>101.3</td><td>$1,550</td><td>$65,332</td>") },
  { "another unit", BAD ("<td>BTC Acquired</td><td>Aggregate Purchase Price (in thousands)</td><td>Average Purchase Price</td>",
                         "<td>1,550</td><td>$101,300</td><td>$65,332</td>") },
  { "numbers that disagree", BAD (THREE, "<td>1,550</td><td>$101.3</td><td>$95,332</td>") },
  { "words for numbers", BAD (THREE, "<td>about 1,550</td><td>$101.3</td><td>$65,332</td>") },
  { "broken groups", BAD (THREE, "<td>1,55</td><td>$0.1</td><td>$65,332</td>") },
  { "not a number", BAD (THREE, "<td>nan</td><td>$101.3</td><td>$65,332</td>") },
  { "negative", BAD (THREE, "<td>(1,550)</td><td>$101.3</td><td>$65,332</td>") },
  { "other words", BAD ("<td>Digital Assets Added</td><td>Aggregate Purchase Price (in millions)</td><td>Average Purchase Price</td>",
                        "<td>1,550</td><td>$101.3</td><td>$65,332</td>") },
  { "a column more", BAD (THREE "<td>Yield</td>", "<td>1,550</td><td>$101.3</td><td>$65,332</td><td>1</td>") },
  { "side by side", BAD (THREE "<td>BTC Sold</td><td>Aggregate Sale Price (in millions)</td><td>Average Sale Price</td>",
                         "<td>1</td><td>$0.1</td><td>$65,332</td><td>1</td><td>$0.1</td><td>$65,332</td>") },
  { "holdings are a dash", "<table>" DATE HELD "<tr><td>845,256</td><td>-</td><td>$75,680</td></tr></table>" },
  { "two tables, one period", "<table>" PERIOD HEAD VALUES HEAD VALUES "</table>" },
  { "a sentence", "<p>On February 26, 2024, MicroStrategy announced that it had acquired approximately 3,000 bitcoins for approximately "
    "$155.4 million in cash, at an average price of approximately $51,813 per bitcoin.</p>" },
  { "nothing", "" },
  { "no HTML", "\xff\xfe\x00" },
};

static void
test_bad (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;

  g_assert_null (tf_edgar_changes (bad[i].html, strlen (bad[i].html), &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, "layout not known: "));
}

static void
test_hostile (void)
{
  g_autoptr (GString) deep = g_string_new (NULL), wide = g_string_new ("<table>");
  g_autoptr (GArray) changes = NULL;

  for (guint i = 0; i < 200000; i++)
    g_string_append (deep, "<div><table><tr><td>");
  g_string_append (deep, SPLIT);
  /* Read to the end or refused, but no purchase is lost in silence. */
  changes = tf_edgar_changes (deep->str, deep->len, NULL);
  g_assert_true (changes == NULL || changes->len == 1);
  g_clear_pointer (&changes, g_array_unref);

  for (guint i = 0; i < 30000; i++)
    g_string_append (wide, "<tr><td>x</td></tr>");
  g_assert_null (tf_edgar_changes (wide->str, wide->len, NULL));

  /* Each beginning of a filing is no crash. */
  for (gsize n = 0; n < strlen (COMBINED); n++)
    {
      changes = tf_edgar_changes (COMBINED, n, NULL);
      g_clear_pointer (&changes, g_array_unref);
    }
}

/* Bytes changed at random: nothing crashes, and what is still read is something. */
static void
test_changed (void)
{
  GRand *random = g_rand_new_with_seed (4);

  for (guint i = 0; i < 4000; i++)
    {
      g_autofree char *text = g_strdup (i % 2 == 0 ? COMBINED : ATM SPLIT);
      g_autoptr (GArray) changes = NULL;
      gsize length = strlen (text);

      for (gint k = g_rand_int_range (random, 1, 8); k > 0; k--)
        text[g_rand_int_range (random, 0, (gint32) length)] = (char) g_rand_int_range (random, 1, 128);
      changes = tf_edgar_changes (text, length, NULL);
      for (guint k = 0; changes != NULL && k < changes->len; k++)
        {
          const TfEdgarChange *change = &g_array_index (changes, TfEdgarChange, k);

          g_assert_cmpint (change->quantity.raw, >, 0);
          g_assert_cmpint (change->price.raw, >, 0);
          g_assert_cmpint (change->from, <=, change->until);
        }
    }
  g_rand_free (random);
}

/* The known purchases, each written as a filing of this layout: all come out as they went in. */
static void
test_known (void)
{
  const char *shared = g_getenv ("TF_SHARED");
  g_autofree char *path = g_build_filename (shared != NULL ? shared : "", "data/trades/strategy-mstr-btc-purchases-2020-2024.csv", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    {
      g_test_skip ("no ../shared with the known purchases");
      return;
    }
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 1; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], ",", -1);
      g_autofree char *html = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) changes = NULL;
      const TfEdgarChange *change;
      gint64 raw;

      if (*cells[4] == '\0')
        continue;
      html = g_strdup_printf ("<table><tr><td>During Period January 1, 2020 to December 31, 2024</td></tr>" HEAD
                              "<tr><td>%s</td><td>$%.1f</td><td>$%s</td></tr></table>", cells[2],
                              g_ascii_strtod (cells[2], NULL) * g_ascii_strtod (cells[4], NULL) / 1e6, cells[4]);
      changes = tf_edgar_changes (html, strlen (html), &error);
      g_assert_no_error (error);
      change = &g_array_index (changes, TfEdgarChange, 0);
      tf_decimal_parse (cells[2], -1, &raw, NULL);
      g_assert_cmpint (change->quantity.raw, ==, raw);
      tf_decimal_parse (cells[4], -1, &raw, NULL);
      g_assert_cmpint (change->price.raw, ==, raw);
      n++;
    }
  g_assert_cmpuint (n, >, 40);
}

static void
test_time (void)
{
  /* Both readings of “2026-06-08T12:00:00Z”, of summer and winter, and on the days of the change */
  static const struct { const char *accepted, *received, *published; } rows[] = {
    { "2026-06-08T08:00:00Z", "2026-06-09T00:00:00Z", "2026-06-08T12:00:00Z" },
    { "2026-01-05T08:00:00Z", "2026-01-06T00:00:00Z", "2026-01-05T13:00:00Z" },
    { "2026-06-08T12:00:00Z", "2026-06-08T12:02:00Z", "2026-06-08T12:00:00Z" }, /* here before the later reading: it is UTC */
    { "2026-06-08T12:00:00Z", "2026-06-08T11:59:00Z", "2026-06-08T11:59:00Z" }, /* a clock that is behind */
    { "2026-03-08T01:59:59Z", "2027-01-01", "2026-03-08T06:59:59Z" },
    { "2026-03-08T03:00:00Z", "2027-01-01", "2026-03-08T07:00:00Z" },
    { "2026-11-01T01:00:00Z", "2027-01-01", "2026-11-01T05:00:00Z" },
    { "2026-11-01T02:00:00Z", "2027-01-01", "2026-11-01T07:00:00Z" },
    { "2020-08-11T07:00:00Z", "2027-01-01", "2020-08-11T11:00:00Z" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      char found[TF_TIME_SIZE];
      TfTime accepted, received;

      tf_time_parse (rows[i].accepted, &accepted, NULL);
      tf_time_parse (rows[i].received, &received, NULL);
      g_assert_cmpstr (tf_time_format (tf_edgar_published (accepted, received), found), ==, rows[i].published);
    }
}

#define LIST(form, accession, accepted, document) \
  "{\"name\":\"X\",\"filings\":{\"recent\":{\"form\":[" form "],\"accessionNumber\":[" accession "]," \
  "\"acceptanceDateTime\":[" accepted "],\"primaryDocument\":[" document "]},\"files\":[]}}"

static void
test_list (void)
{
  static const char text[] = LIST ("\"8-K\",\"4\",\"8-K/A\",\"8-K\",\"8-K\",\"8-K\",\"8-K\"",
                                   "\"0001050446-26-000003\",\"0001050446-26-000002\",\"0001050446-26-000009\",\"0001050446-26-000001\","
                                   "\"../../etc\",\"0001050446-26-000004\",7",
                                   "\"2026-06-08T12:00:00.000Z\",\"x\",\"x\",\"2026-06-01T12:00:00.000Z\",\"2026-06-01T12:00:00.000Z\","
                                   "\"yesterday\",\"2026-06-01T12:00:00.000Z\"",
                                   "\"mstr-20260608.htm\",\"a.xml\",\"b.htm\",\"mstr-20260601.htm\",\"c.htm\",\"d.htm\",\"../e.htm\"");
  static const char *const wrong[] = {
    "", "[]", "{}", "7", "{\"filings\":[]}", "{\"filings\":{\"recent\":{}}}", "not json", "{\"filings\":",
    LIST ("\"8-K\",\"8-K\"", "\"0001050446-26-000003\"", "\"2026-06-08T12:00:00Z\"", "\"a.htm\""),
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (GArray) filings = NULL;
  guint refused;

  filings = tf_edgar_filings (text, -1, &refused, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (filings->len, ==, 2);
  g_assert_cmpuint (refused, ==, 3);
  g_assert_cmpstr (g_array_index (filings, TfEdgarFiling, 0).accession, ==, "0001050446-26-000001");
  g_assert_cmpstr (g_array_index (filings, TfEdgarFiling, 1).document, ==, "mstr-20260608.htm");
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_assert_null (tf_edgar_filings (wrong[i], -1, &refused, &error));
      g_assert_error (error, TF_ERROR, TF_ERROR_INVALID);
      g_clear_error (&error);
    }
  /* Brackets without end, also behind a comment that json-glib would take */
  g_string_append (deep, "{\"filings\":/*\"*/");
  for (guint i = 0; i < 1000000; i++)
    g_string_append_c (deep, '[');
  g_assert_null (tf_edgar_filings (deep->str, -1, &refused, NULL));
  g_assert_null (tf_edgar_filings (deep->str + 16, -1, &refused, NULL));
}

static void
test_address (void)
{
  static const char *const wrong[] = { "", "0", "CIK", "12345678901", "-1", "MSTR", "1050446 ", "1e5" };
  static const char *const right[] = { "1050446", "0001050446", "CIK0001050446", "cik1050446" };
  guint64 cik;

  for (guint i = 0; i < G_N_ELEMENTS (right); i++)
    {
      g_assert_true (tf_source_check ("sec-edgar", right[i], NULL));
      g_assert_true (tf_edgar_cik (right[i], &cik, NULL));
      g_assert_cmpuint (cik, ==, 1050446);
    }
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (tf_source_check ("sec-edgar", wrong[i], NULL));
}

static TfSourceSpec
spec_of (Fixture    *fixture,
         const char *contact)
{
  return (TfSourceSpec) { (char *) "sec-edgar", (char *) "michael-saylor", (char *) "1050446", fixture->url, NULL, (char *) contact };
}

static char *
make_list (guint n) /* the newest n filings of 1 … 4, of today */
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *accepted = g_date_time_format_iso8601 (now);
  g_autoptr (GString) forms = g_string_new (NULL), numbers = g_string_new (NULL), times = g_string_new (NULL), names = g_string_new (NULL);

  for (guint i = n; i > 0; i--)
    {
      g_string_append_printf (forms, "\"8-K\"%s", i > 1 ? "," : "");
      g_string_append_printf (numbers, "\"0001050446-26-%06u\"%s", i, i > 1 ? "," : "");
      g_string_append_printf (times, "\"%s\"%s", i == 1 ? "2026-01-05T13:00:00.000Z" : accepted, i > 1 ? "," : "");
      g_string_append_printf (names, "\"d%u.htm\"%s", i, i > 1 ? "," : "");
    }
  return g_strdup_printf (LIST ("%s", "%s", "%s", "%s"), forms->str, numbers->str, times->str, names->str);
}

#define SUBMISSIONS "/submissions/CIK0001050446.json"
#define FOLDER "/Archives/edgar/data/1050446/0001050446260000"

static void
test_live (void)
{
  Fixture fixture;
  TfSourceSpec specs[2];
  g_autofree char *first = make_list (2), *second = make_list (4), *hash = NULL, *page = NULL;
  g_autoptr (GDateTime) day = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) yesterday = g_date_time_add_days (day, -1);
  g_autofree char *date = g_date_time_format (yesterday, "%B %-d, %Y");
  const TfTraderSignal *signal;

  page = g_strdup_printf ("<html><table><tr><td>During Period January 5, 2020 to %s</td></tr>" HEAD VALUES "</table></html>", date);
  fixture_init (&fixture);
  specs[0] = spec_of (&fixture, "Jo Doe jo@example.org");
  specs[1] = spec_of (&fixture, NULL);
  fixture_answer (&fixture, SUBMISSIONS, first);
  fixture_answer (&fixture, FOLDER "02/d2.htm", page);
  fixture_listen (&fixture, specs, 2);
  UNTIL (fixture.signals->len == 1);

  signal = &fixture_signal (&fixture, 0);
  g_assert_cmpstr (signal->trader, ==, "michael-saylor");
  g_assert_cmpstr (signal->source, ==, "sec-edgar");
  g_assert_cmpstr (signal->id, ==, "0001050446-26-000002");
  g_assert_cmpint (signal->side, ==, 1);
  g_assert_cmpint (signal->published, <=, signal->received);
  g_assert_cmpint (signal->happened, <=, signal->published);
  hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, page, -1);
  g_assert_nonnull (strstr (signal->evidence, hash));
  g_assert_nonnull (strstr (signal->evidence, "d2.htm"));
  g_assert_cmpstr (fixture.agent, ==, "TradeFollow Jo Doe jo@example.org");
  g_assert_cmpint (fixture.figures[1].state, ==, TF_SOURCE_FAILED);
  g_assert_nonnull (strstr (fixture.figures[1].reason, "EDGAR wants a contact"));
  /* The one of January was history. */
  for (guint i = 0; i < fixture.asked->len; i++)
    g_assert_null (strstr (fixture.asked->pdata[i], "d1.htm"));

  /* One of another layout and one that is not there yet do not stop what comes. */
  fixture_answer (&fixture, FOLDER "03/d3.htm", "<table>" HEAD VALUES "</table>");
  fixture_answer (&fixture, SUBMISSIONS, second);
  UNTIL (fixture.figures[0].errors >= 1);
  g_assert_nonnull (strstr (fixture.figures[0].reason, "layout not known"));
  fixture_answer (&fixture, FOLDER "04/d4.htm", page);
  UNTIL (fixture.signals->len == 2);
  g_assert_cmpstr (fixture_signal (&fixture, 1).id, ==, "0001050446-26-000004");
  g_assert_cmpint (fixture.figures[0].state, ==, TF_SOURCE_LIVE);

  /* The list breaks, and comes back. */
  fixture_answer (&fixture, SUBMISSIONS, "{\"filings\":{}}");
  UNTIL (fixture.figures[0].state == TF_SOURCE_WAITING);
  fixture_answer (&fixture, SUBMISSIONS, second);
  UNTIL (fixture.figures[0].state == TF_SOURCE_LIVE);
  fixture.status = 403;
  UNTIL (fixture.figures[0].state == TF_SOURCE_WAITING && strstr (fixture.figures[0].reason, "EDGAR refuses") != NULL);
  g_assert_cmpuint (fixture.signals->len, ==, 2);
  fixture_clear (&fixture);
}

/* Filings of today were there before somebody last listened; the one of January was before, or has come since. */
static void
test_since (void)
{
  g_autofree char *list = make_list (2);
  TfTime now = g_get_real_time () * 1000, january;

  g_assert_true (tf_time_parse ("2026-01-05", &january, NULL));
  for (guint i = 0; i < 2; i++)
    {
      Fixture fixture;
      TfSourceSpec spec;

      fixture_init (&fixture);
      spec = spec_of (&fixture, "Jo Doe jo@example.org");
      spec.since = i == 0 ? now + 12 * TF_HOUR : january;
      fixture_answer (&fixture, SUBMISSIONS, list);
      fixture_answer (&fixture, FOLDER "01/d1.htm", "<html></html>");
      fixture_answer (&fixture, FOLDER "02/d2.htm", "<html></html>");
      fixture_listen (&fixture, &spec, 1);
      UNTIL (fixture.figures[0].ignored >= 2);
      for (guint k = 0; k < fixture.asked->len; k++)
        g_assert_true (i == 1 || strstr (fixture.asked->pdata[k], ".htm") == NULL);
      fixture_clear (&fixture);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *name = g_strdup_printf ("/edgar/good/%s", good[i].name);

      g_test_add_data_func (name, GUINT_TO_POINTER (i), test_good);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *name = g_strdup_printf ("/edgar/bad/%s", bad[i].name);

      g_test_add_data_func (name, GUINT_TO_POINTER (i), test_bad);
    }
  g_test_add_func ("/edgar/hostile", test_hostile);
  g_test_add_func ("/edgar/changed", test_changed);
  g_test_add_func ("/edgar/known", test_known);
  g_test_add_func ("/edgar/time", test_time);
  g_test_add_func ("/edgar/list", test_list);
  g_test_add_func ("/edgar/address", test_address);
  g_test_add_func ("/edgar/live", test_live);
  g_test_add_func ("/edgar/since", test_since);
  return g_test_run ();
}
