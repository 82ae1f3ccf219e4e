#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "io/sources/watched.h"
#include "sources-fixture.h"

/* Files that grow, are cut off, are renamed and vanish, in a folder of the test's own. */

typedef struct
{
  char    *folder, *path;
  GString *heard; /* “number:line;” */
} Place;

static void
on_line (const char *line,
         gsize       length,
         guint64     number,
         gpointer    data)
{
  g_string_append_printf (((Place *) data)->heard, "%" G_GUINT64_FORMAT ":%.*s;", number, line != NULL ? (int) MIN (length, 40) : 8,
                          line != NULL ? line : "too long");
}

static void
place_init (Place *place)
{
  place->folder = g_dir_make_tmp ("tf-watched-XXXXXX", NULL);
  place->path = g_build_filename (place->folder, "a.jsonl", NULL);
  place->heard = g_string_new (NULL);
}

static void
place_clear (Place *place)
{
  g_autoptr (GDir) folder = g_dir_open (place->folder, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (place->folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (place->folder);
  g_free (place->folder);
  g_free (place->path);
  g_string_free (place->heard, TRUE);
}

static void
write_file (const char *path,
            const char *mode, /* “w” cuts it off, “a” appends */
            const char *text)
{
  FILE *file = g_fopen (path, mode);

  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (text, 1, strlen (text), file), ==, strlen (text));
  fclose (file);
}

/* What one more look tells; errors as their message. */
static void
expect (Place      *place,
        TfTail     *tail,
        const char *heard)
{
  gboolean more = TRUE;

  g_string_truncate (place->heard, 0);
  while (more)
    {
      g_autoptr (GError) error = NULL;

      if (!tf_tail_read (tail, on_line, place, &more, &error))
        g_string_append (place->heard, g_error_matches (error, TF_ERROR, TF_ERROR_NOT_FOUND) ? "gone" : "bad");
    }
  g_assert_cmpstr (place->heard->str, ==, heard);
}

static void
test_growth (void)
{
  Place place;
  g_autoptr (TfTail) tail = NULL, late = NULL;

  place_init (&place);
  tail = tf_tail_new (place.path, TRUE);
  expect (&place, tail, "gone");
  write_file (place.path, "w", "one\ntw"); /* it came after the first look: all is news */
  expect (&place, tail, "1:one;");
  expect (&place, tail, "");
  write_file (place.path, "a", "o\n\nfour\n");
  expect (&place, tail, "2:two;3:;4:four;");
  late = tf_tail_new (place.path, TRUE);
  expect (&place, late, "");
  write_file (place.path, "a", "five");
  expect (&place, late, "");
  write_file (place.path, "a", "\n");
  expect (&place, late, "5:five;");
  expect (&place, tail, "5:five;");
  place_clear (&place);
}

static void
test_changes (void)
{
  Place place;
  g_autoptr (TfTail) tail = NULL;
  g_autofree char *other = NULL;

  place_init (&place);
  other = g_build_filename (place.folder, "other", NULL);
  write_file (place.path, "w", "one\ntwo\n");
  tail = tf_tail_new (place.path, FALSE);
  expect (&place, tail, "1:one;2:two;");

  /* Cut off, then shorter, and then as long and longer than before */
  write_file (place.path, "w", "");
  expect (&place, tail, "");
  write_file (place.path, "a", "three\n");
  expect (&place, tail, "1:three;");
  write_file (place.path, "w", "four\nfive\n");
  expect (&place, tail, "1:four;2:five;");
  write_file (place.path, "w", "fo\n");
  expect (&place, tail, "1:fo;");

  /* Written anew as a whole, with more at the end: only that is news. */
  write_file (other, "w", "fo\nsix\n");
  g_assert_cmpint (g_rename (other, place.path), ==, 0);
  expect (&place, tail, "2:six;");

  /* Rotated: what was still written to the old one, half a line at its end too, comes first. */
  write_file (place.path, "a", "seven\neight");
  g_assert_cmpint (g_rename (place.path, other), ==, 0);
  write_file (place.path, "w", "nine\n");
  expect (&place, tail, "3:seven;4:eight;1:nine;");

  /* Gone, with the folder too, and back */
  write_file (place.path, "a", "ten\n");
  g_remove (place.path);
  expect (&place, tail, "2:ten;gone");
  expect (&place, tail, "gone");
  write_file (place.path, "w", "nine\nten\neleven\n");
  expect (&place, tail, "3:eleven;");

  /* Not a file to read */
  g_remove (place.path);
  g_assert_cmpint (mkfifo (place.path, 0600), ==, 0);
  expect (&place, tail, "bad");
  g_remove (place.path);
  g_mkdir (place.path, 0700);
  expect (&place, tail, "bad");
  g_rmdir (place.path);
  place_clear (&place);
}

static void
test_large (void)
{
  Place place;
  g_autoptr (TfTail) tail = NULL;
  g_autofree char *text = g_strnfill (5 * 1024 * 1024, 'x');

  place_init (&place);
  write_file (place.path, "w", text);
  tail = tf_tail_new (place.path, FALSE);
  expect (&place, tail, "");
  write_file (place.path, "a", "x\nshort\n");
  expect (&place, tail, "1:too long;2:short;");
  text[TF_TAIL_LINE_MAX] = '\0';
  write_file (place.path, "a", text);
  write_file (place.path, "a", "\nend\n");
  expect (&place, tail, "3:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx;4:end;");
  place_clear (&place);
}

static char *
make_line (const char *id,
           const char *side)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y-%m-%dT%H:%M:%SZ");

  return g_strdup_printf ("{\"trader\":\"Somebody\",\"source\":\"hyperliquid\",\"id\":\"%s\",\"instrument\":\"BTC-USDT\",\"side\":\"%s\","
                          "\"published_at\":\"%s\"}\n", id, side, time);
}

static void
append (const char *path,
        const char *id)
{
  g_autofree char *line = make_line (id, "buy");

  write_file (path, "a", line);
}

static void
test_live (void)
{
  Place place;
  Fixture fixture;
  TfSourceSpec specs[3];
  g_autofree char *whole = NULL, *second = NULL, *inside = NULL, *inner = NULL, *renamed = NULL, *away = NULL;
  const TfTraderSignal *signal;

  place_init (&place);
  inner = g_build_filename (place.folder, "in", NULL);
  away = g_build_filename (place.folder, "away", NULL);
  inside = g_build_filename (inner, "b.jsonl", NULL);
  renamed = g_build_filename (inner, "b-old.jsonl", NULL);
  second = g_build_filename (inner, "c.jsonl", NULL);
  g_mkdir (inner, 0700);
  append (place.path, "old");
  append (inside, "older");
  whole = g_strconcat (place.path, "#all", NULL);
  specs[0] = (TfSourceSpec) { (char *) "watched", (char *) "me", place.path };
  specs[1] = (TfSourceSpec) { (char *) "watched", (char *) "me-too", whole };
  specs[2] = (TfSourceSpec) { (char *) "watched", (char *) "folder", inner };
  fixture_init (&fixture);
  fixture_listen (&fixture, specs, 3);
  UNTIL (fixture.figures[0].state == TF_SOURCE_LIVE && fixture.figures[1].state == TF_SOURCE_LIVE
                && fixture.figures[2].state == TF_SOURCE_LIVE);
  g_assert_cmpuint (fixture.signals->len, ==, 1); /* of “#all” */
  signal = &fixture_signal (&fixture, 0);
  g_assert_cmpstr (signal->id, ==, "old");
  g_assert_cmpstr (signal->trader, ==, "me-too");
  g_assert_cmpstr (signal->source, ==, "watched"); /* not the better one that it claims to be */

  append (place.path, "new");
  UNTIL (fixture.signals->len == 3);
  append (second, "first"); /* a file that is new in the folder is all news */
  UNTIL (fixture.signals->len == 4);
  g_assert_cmpstr (fixture_signal (&fixture, 3).trader, ==, "folder");
  append (inside, "next");
  UNTIL (fixture.signals->len == 5);
  g_assert_cmpstr (fixture_signal (&fixture, 4).id, ==, "next");

  /* Renamed within the folder, it is no new file; what takes its place is one. */
  g_assert_cmpint (g_rename (inside, renamed), ==, 0);
  append (inside, "after");
  UNTIL (fixture.signals->len == 6);
  g_assert_cmpstr (fixture_signal (&fixture, 5).id, ==, "after");

  /* Lines that say nothing are counted, with their number. */
  write_file (place.path, "a", "nonsense\n\n{\"trader\":\"x\"}\n\xff\xfe\n");
  UNTIL (fixture.figures[0].errors == 3);
  g_assert_true (g_str_has_prefix (fixture.figures[0].reason, "a.jsonl:6: "));
  write_file (place.path, "a", "{\"trader\":\"x\",\"id\":\"f\",\"instrument\":\"BTC\",\"side\":\"buy\",\"published_at\":\"2200-01-01\"}\n");
  UNTIL (fixture.figures[0].errors == 4);
  g_assert_nonnull (strstr (fixture.figures[0].reason, "in the future"));
  {
    g_autoptr (GString) deep = g_string_new ("{\"x\":");

    for (guint i = 0; i < 60000; i++)
      g_string_append_c (deep, '[');
    g_string_append_c (deep, '\n');
    write_file (place.path, "a", deep->str);
  }
  UNTIL (fixture.figures[0].errors == 5);

  /* The folder and the file vanish, and come back. */
  g_assert_cmpint (g_rename (inner, away), ==, 0);
  g_remove (place.path);
  UNTIL (fixture.figures[0].state == TF_SOURCE_WAITING && fixture.figures[2].state == TF_SOURCE_WAITING);
  g_assert_nonnull (strstr (fixture.figures[2].reason, "no such file or folder now"));
  g_assert_cmpint (g_rename (away, inner), ==, 0);
  append (inside, "again");
  UNTIL (fixture.figures[2].state == TF_SOURCE_LIVE && fixture.signals->len == 7);
  g_assert_cmpstr (fixture_signal (&fixture, 6).id, ==, "again");
  append (place.path, "back");
  UNTIL (fixture.figures[0].state == TF_SOURCE_LIVE && fixture.signals->len == 9);
  fixture_clear (&fixture);
  g_assert_false (tf_source_check ("watched", "relative/path", NULL));
  g_assert_true (tf_source_check ("watched", "/tmp/x.jsonl#all", NULL));

  g_remove (inside);
  g_remove (second);
  g_remove (renamed);
  g_rmdir (inner);
  place_clear (&place);
}

/* What was appended while nobody listened, by its time; what is wrong in the history is no news either. */
static void
test_since (void)
{
  Place place;
  Fixture fixture;
  TfSourceSpec spec = { (char *) "watched", (char *) "me" };

  place_init (&place);
  write_file (place.path, "w", "nonsense\n{\"trader\":\"x\",\"id\":\"before\",\"instrument\":\"BTC\",\"side\":\"buy\","
              "\"published_at\":\"2021-01-01\"}\n");
  append (place.path, "missed");
  spec.address = place.path;
  g_assert_true (tf_time_parse ("2021-01-02", &spec.since, NULL));
  fixture_init (&fixture);
  fixture_listen (&fixture, &spec, 1);
  UNTIL (fixture.figures[0].state == TF_SOURCE_LIVE);
  append (place.path, "new");
  UNTIL (fixture.signals->len == 2);
  g_assert_cmpstr (fixture_signal (&fixture, 0).id, ==, "missed");
  g_assert_cmpstr (fixture_signal (&fixture, 1).id, ==, "new");
  g_assert_cmpuint (fixture.figures[0].errors, ==, 0);
  fixture_clear (&fixture);
  place_clear (&place);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/watched/growth", test_growth);
  g_test_add_func ("/watched/changes", test_changes);
  g_test_add_func ("/watched/large", test_large);
  g_test_add_func ("/watched/live", test_live);
  g_test_add_func ("/watched/since", test_since);
  return g_test_run ();
}
