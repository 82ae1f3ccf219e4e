#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sodium.h>

#include "core/base/error.h"
#include "io/secrets/secrets.h"

#define NAME "webhook:anna"
#define VALUE "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define PASSPHRASE "correct horse battery staple"
#define SUM 32 /* bytes of the checksum at the end of the file */

/* Each test has a home folder of its own (G_TEST_OPTION_ISOLATE_DIRS), and the keyring is left alone except where it
 * is what the test is about. */

static void
set (const char *name,
     const char *value)
{
  g_autoptr (GError) error = NULL;

  tf_secrets_set (name, value, &error);
  g_assert_no_error (error);
}

static void
assert_is (const char *name,
           const char *expected)
{
  g_autoptr (GError) error = NULL;
  char *value = tf_secrets_get (name, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (value, ==, expected);
  tf_secret_free (value);
}

/* @says: what the message has to have */
static void
assert_no (const char *name,
           int         code,
           const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tf_secrets_get (name, &error));
  g_assert_error (error, TF_ERROR, code);
  if (strstr (error->message, says) == NULL)
    g_error ("found “%s”, expected “%s” in it", error->message, says);
  g_assert_null (strstr (error->message, VALUE));
}

static void
assert_list (const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = tf_secrets_list (&error);
  g_autofree char *joined = NULL;

  g_assert_no_error (error);
  joined = g_strjoinv (" ", names);
  g_assert_cmpstr (joined, ==, expected);
}

static char *
path_of (const char *file)
{
  return g_build_filename (g_get_user_data_dir (), "tradefollow", "secrets", file, NULL);
}

static char *
read_file (const char *path,
           gsize      *length)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, length, &error);
  g_assert_no_error (error);
  return text;
}

static void
write_file (const char *path,
            const char *text,
            gsize       length)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, text, (gssize) length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
  g_assert_no_error (error);
}

static guint
mode_of (const char *path)
{
  struct stat about;

  g_assert_cmpint (stat (path, &about), ==, 0);
  return about.st_mode & 07777;
}

#define TEN "0123456789"

static const struct { const char *title, *name; gboolean good; } names[] = {
  { "webhook", NAME, TRUE },
  { "venue", "kraken", TRUE },
  { "one", "7", TRUE },
  { "all", "a:b.c_d-e0", TRUE },
  { "longest", TEN TEN TEN TEN TEN TEN "abcd", TRUE },
  { "too-long", TEN TEN TEN TEN TEN TEN "abcde", FALSE },
  { "empty", "", FALSE },
  { "colon-first", ":a", FALSE },
  { "point-first", "..", FALSE },
  { "dash-first", "-a", FALSE },
  { "capital", "Kraken", FALSE },
  { "space", "a b", FALSE },
  { "slash", "a/b", FALSE },
  { "line", "a\n", FALSE },
  { "letter-of-others", "größe", FALSE },
};

static void
test_name (gconstpointer data)
{
  gsize k = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL, same = NULL;

  g_assert_true (tf_secrets_set (names[k].name, VALUE, &error) == names[k].good);
  if (names[k].good)
    {
      assert_is (names[k].name, VALUE);
      assert_list (names[k].name);
      return;
    }
  g_assert_error (error, TF_ERROR, TF_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "name of a secret: found"));
  g_assert_false (tf_secrets_remove (names[k].name, &same));
  g_assert_cmpstr (same->message, ==, error->message);
  assert_no (names[k].name, TF_ERROR_INVALID, error->message);
  assert_list ("");
}

static void
test_values (void)
{
  g_autofree char *longest = g_strnfill (TF_SECRET_MAX, 'x'), *longer = g_strnfill (TF_SECRET_MAX + 1, 'x');
  const char *const bad[] = { "", longer, "caf\xe9" };
  const char *const good[] = { longest, "x", "two\nlines\n", " spaces\t", "größe" };

  for (guint k = 0; k < G_N_ELEMENTS (bad); k++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (tf_secrets_set (NAME, bad[k], &error));
      g_assert_error (error, TF_ERROR, TF_ERROR_INVALID);
      g_assert_cmpuint (strlen (error->message), <, 80);
    }
  for (guint k = 0; k < G_N_ELEMENTS (good); k++)
    {
      set (NAME, good[k]);
      assert_is (NAME, good[k]);
    }
}

static void
test_round_trip (void)
{
  g_autofree char *folder = path_of (""), *store = path_of ("store"), *key = path_of ("key");
  g_autofree char *path = NULL, *key_path = NULL;
  g_autoptr (GError) error = NULL;

  assert_no (NAME, TF_ERROR_NOT_FOUND, store);
  assert_list ("");
  g_assert_false (tf_secrets_remove (NAME, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));

  g_assert_cmpint (tf_secrets_find_file (&path, &key_path), ==, TF_SECRETS_FILE_NONE);
  g_assert_cmpstr (path, ==, store);
  g_assert_cmpstr (key_path, ==, key);

  set (NAME, VALUE);
  set ("kraken", "b");
  set ("binance", "c");
  g_assert_cmpint (tf_secrets_find_file (NULL, NULL), ==, TF_SECRETS_FILE_KEY);
  assert_list ("binance kraken " NAME);
  set ("kraken", "d");
  assert_is (NAME, VALUE);
  assert_is ("kraken", "d");
  assert_is ("binance", "c");
  assert_no ("krak", TF_ERROR_NOT_FOUND, "krak");

  g_assert_true (tf_secrets_remove ("kraken", NULL));
  assert_no ("kraken", TF_ERROR_NOT_FOUND, "kraken");
  assert_list ("binance " NAME);
  g_assert_true (tf_secrets_remove ("binance", NULL));
  g_assert_true (tf_secrets_remove (NAME, NULL));
  assert_list ("");
  g_assert_false (g_file_test (store, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (key, G_FILE_TEST_EXISTS));
  set (NAME, "new");
  assert_is (NAME, "new");
}

static void
test_encrypted (void)
{
  g_autofree char *store = path_of ("store"), *first = NULL, *second = NULL;
  gsize n, m;

  set (NAME, VALUE);
  first = read_file (store, &n);
  g_assert_null (g_strstr_len (first, (gssize) n, "anna"));
  g_assert_null (memmem (first, n, NAME, strlen (NAME)));
  g_assert_null (memmem (first, n, VALUE, 8));
  set (NAME, VALUE);
  second = read_file (store, &m);
  g_assert_cmpuint (n, ==, m);
  g_assert_cmpint (memcmp (first + 26, second + 26, n - 26), !=, 0); /* another nonce each time */
}

static void
test_permissions (void)
{
  g_autofree char *folder = path_of (""), *store = path_of ("store"), *key = path_of ("key");
  g_autofree char *said = g_strconcat (key, ": found mode 644, expected 600", NULL);
  mode_t before = umask (0);

  set (NAME, VALUE);
  g_assert_cmpuint (mode_of (folder), ==, 0700);
  g_assert_cmpuint (mode_of (store), ==, 0600);
  g_assert_cmpuint (mode_of (key), ==, 0600);

  g_assert_cmpint (g_chmod (folder, 0755), ==, 0);
  g_assert_cmpint (g_chmod (store, 0644), ==, 0);
  set (NAME, VALUE);
  g_assert_cmpuint (mode_of (folder), ==, 0700);
  g_assert_cmpuint (mode_of (store), ==, 0600);
  umask (before);

  g_assert_cmpint (g_chmod (key, 0644), ==, 0);
  assert_no (NAME, TF_ERROR_STORAGE, said);
  g_assert_cmpint (g_chmod (key, 0600), ==, 0);
  assert_is (NAME, VALUE);
}

/* Someone who changes the file can make its checksum good again, but not what the key vouches for. */
static void
forge (const char *store,
       char       *text,
       gsize       n)
{
  crypto_generichash ((guint8 *) text + n - SUM, SUM, (guint8 *) text, n - SUM, NULL, 0);
  write_file (store, text, n);
  g_assert_null (tf_secrets_get (NAME, NULL));
  g_assert_null (tf_secrets_list (NULL));
}

static void
test_changed (void)
{
  g_autofree char *store = path_of ("store"), *key = path_of ("key");
  g_autofree char *text = NULL, *copy = NULL, *secret = NULL;
  g_autoptr (GError) error = NULL;
  gsize n, m;

  set (NAME, VALUE);
  text = read_file (store, &n);
  secret = read_file (key, &m);
  copy = g_malloc (n + 1);
  for (gsize k = 0; k < n; k++)
    {
      memcpy (copy, text, n);
      copy[k] ^= 1 << (k % 8);
      write_file (store, copy, n);
      assert_no (NAME, TF_ERROR_MISMATCH, store);
      if (k < n - SUM)
        forge (store, copy, n);
    }
  for (gsize k = 0; k < n; k++)
    {
      write_file (store, text, k);
      assert_no (NAME, TF_ERROR_MISMATCH, store);
    }
  memcpy (copy, text, n);
  copy[n] = '\0';
  write_file (store, copy, n + 1);
  assert_no (NAME, TF_ERROR_MISMATCH, store);

  /* Nothing overwrites what cannot be read. */
  g_assert_false (tf_secrets_set ("kraken", VALUE, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_MISMATCH);
  g_clear_error (&error);
  g_assert_false (tf_secrets_remove (NAME, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_MISMATCH);
  g_clear_error (&error);
  g_free (copy);
  copy = read_file (store, &m);
  g_assert_cmpuint (m, ==, n + 1);

  write_file (store, text, n);
  for (gsize k = 0; k < 32; k++)
    {
      secret[k] ^= 1;
      write_file (key, secret, 32);
      assert_no (NAME, TF_ERROR_MISMATCH, key);
      secret[k] ^= 1;
    }
  write_file (key, secret, 31);
  assert_no (NAME, TF_ERROR_MISMATCH, key);
  g_assert_cmpint (g_unlink (key), ==, 0);
  assert_no (NAME, TF_ERROR_STORAGE, key);
  write_file (key, secret, 32);
  assert_is (NAME, VALUE);
}

/* A newer program's file is not damaged. */
static void
test_version (void)
{
  g_autofree char *store = path_of ("store"), *text = NULL;
  gsize n;

  set (NAME, VALUE);
  text = read_file (store, &n);
  text[8] = '2';
  forge (store, text, n);
  assert_no (NAME, TF_ERROR_VERSION, "found version 2k");
}

static void
test_passphrase (void)
{
  g_autofree char *store = path_of ("store"), *key = path_of ("key"), *text = NULL;
  gsize n;

  set (NAME, VALUE);
  g_assert_true (g_file_test (key, G_FILE_TEST_EXISTS));

  /* Who gives one gets it from the next change on, for all that is there. */
  g_setenv (TF_SECRETS_PASSPHRASE, PASSPHRASE, TRUE);
  assert_is (NAME, VALUE);
  g_assert_cmpint (tf_secrets_find_file (NULL, NULL), ==, TF_SECRETS_FILE_KEY);
  set ("kraken", "b");
  g_assert_cmpint (tf_secrets_find_file (NULL, NULL), ==, TF_SECRETS_FILE_PASSPHRASE);
  g_assert_false (g_file_test (key, G_FILE_TEST_EXISTS));
  assert_list ("kraken " NAME);

  g_setenv (TF_SECRETS_PASSPHRASE, PASSPHRASE "r", TRUE);
  assert_no (NAME, TF_ERROR_INVALID, "wrong pass phrase");
  assert_no (NAME, TF_ERROR_INVALID, store);
  g_assert_false (tf_secrets_set (NAME, "x", NULL));
  g_unsetenv (TF_SECRETS_PASSPHRASE);
  assert_no (NAME, TF_ERROR_INVALID, "no pass phrase, expected it in " TF_SECRETS_PASSPHRASE);
  g_setenv (TF_SECRETS_PASSPHRASE, "", TRUE);
  assert_no (NAME, TF_ERROR_INVALID, "no pass phrase");
  g_unsetenv (TF_SECRETS_PASSPHRASE);

  tf_secrets_take_passphrase (g_strdup (PASSPHRASE));
  assert_is (NAME, VALUE);
  text = read_file (store, &n);
  text[n / 2] ^= 1;
  write_file (store, text, n);
  assert_no (NAME, TF_ERROR_MISMATCH, store);
  text[n / 2] ^= 1;
  write_file (store, text, n);
  g_assert_true (tf_secrets_remove (NAME, NULL));
  assert_is ("kraken", "b");
  tf_secrets_take_passphrase (NULL);
  assert_no ("kraken", TF_ERROR_INVALID, "no pass phrase");
}

/* The file may be away for a while, on a backup; its key has to wait for it. */
static void
test_lone_key (void)
{
  g_autofree char *store = path_of ("store"), *text = NULL;
  gsize n;

  set (NAME, VALUE);
  text = read_file (store, &n);
  g_assert_cmpint (g_unlink (store), ==, 0);
  set ("kraken", "b");
  assert_list ("kraken");
  write_file (store, text, n);
  assert_is (NAME, VALUE);
}

static void
test_no_folder (void)
{
  g_autofree char *program = g_build_filename (g_get_user_data_dir (), "tradefollow", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (g_get_user_data_dir (), 0700), ==, 0);
  write_file (program, "x", 1);
  g_assert_false (tf_secrets_set (NAME, VALUE, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_STORAGE);
  g_assert_nonnull (strstr (error->message, program));
  assert_no (NAME, TF_ERROR_STORAGE, program);
}

static void
set_some (const char *prefix,
          guint       n)
{
  for (guint k = 0; k < n; k++)
    {
      g_autofree char *name = g_strdup_printf ("%s-%u", prefix, k);
      g_autofree char *value = g_strdup_printf ("value of %s", name);

      set (name, value);
    }
}

static void
assert_some (const char *prefix,
             guint       n)
{
  for (guint k = 0; k < n; k++)
    {
      g_autofree char *name = g_strdup_printf ("%s-%u", prefix, k);
      g_autofree char *value = g_strdup_printf ("value of %s", name);

      assert_is (name, value);
    }
}

static void
test_many (void)
{
  g_auto (GStrv) list = NULL;

  set_some ("many", 150);
  assert_some ("many", 150);
  list = tf_secrets_list (NULL);
  g_assert_cmpuint (g_strv_length (list), ==, 150);
}

static void
test_processes (void)
{
  const char *const prefixes[] = { "first", "second", "third" };
  pid_t children[G_N_ELEMENTS (prefixes)];
  g_auto (GStrv) list = NULL;
  int status;

  for (guint k = 0; k < G_N_ELEMENTS (prefixes); k++)
    {
      children[k] = fork ();
      g_assert_cmpint (children[k], >=, 0);
      if (children[k] == 0)
        {
          set_some (prefixes[k], 15);
          _exit (0);
        }
    }
  for (guint k = 0; k < G_N_ELEMENTS (prefixes); k++)
    {
      g_assert_cmpint (waitpid (children[k], &status, 0), ==, children[k]);
      g_assert_cmpint (status, ==, 0);
    }
  list = tf_secrets_list (NULL);
  g_assert_cmpuint (g_strv_length (list), ==, 15 * G_N_ELEMENTS (prefixes));
  for (guint k = 0; k < G_N_ELEMENTS (prefixes); k++)
    assert_some (prefixes[k], 15);
}

/* A bus of our own, on which no service can be started: not the keyring of who runs the tests. */
static GTestDBus *
bus_up (void)
{
  GTestDBus *bus = g_test_dbus_new (G_TEST_DBUS_NONE);

  g_test_dbus_up (bus);
  g_unsetenv (TF_SECRETS_KEYRING);
  return bus;
}

static void
bus_down (GTestDBus *bus)
{
  g_setenv (TF_SECRETS_KEYRING, "no", TRUE);
  g_test_dbus_stop (bus);
  g_object_unref (bus);
}

static void
test_no_service (void)
{
  GTestDBus *bus = bus_up ();

  g_assert_false (tf_secrets_has_keyring ());
  set (NAME, VALUE);
  assert_is (NAME, VALUE);
  g_assert_cmpint (tf_secrets_find_file (NULL, NULL), ==, TF_SECRETS_FILE_KEY);
  assert_list (NAME);
  g_assert_true (tf_secrets_remove (NAME, NULL));
  bus_down (bus);
}

static GSubprocess *
start_keyring (GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE
                                                                        | G_SUBPROCESS_FLAGS_STDOUT_SILENCE
                                                                        | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  GSubprocess *daemon;
  GOutputStream *input;

  g_mkdir_with_parents (g_get_user_runtime_dir (), 0700);
  g_mkdir_with_parents (g_get_user_cache_dir (), 0700);
  g_mkdir_with_parents (g_get_user_data_dir (), 0700);
  g_subprocess_launcher_unsetenv (launcher, "G_DEBUG"); /* its warnings are its own */
  g_subprocess_launcher_setenv (launcher, "XDG_DATA_HOME", g_get_user_data_dir (), TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_CACHE_HOME", g_get_user_cache_dir (), TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_RUNTIME_DIR", g_get_user_runtime_dir (), TRUE);
  daemon = g_subprocess_launcher_spawn (launcher, error, "gnome-keyring-daemon", "--foreground", "--unlock",
                                        "--components=secrets", NULL);
  if (daemon == NULL)
    return NULL;
  input = g_subprocess_get_stdin_pipe (daemon);
  g_output_stream_write_all (input, "password", 8, NULL, NULL, NULL);
  g_output_stream_close (input, NULL, NULL);
  for (guint k = 0; k < 300 && !tf_secrets_has_keyring (); k++)
    g_usleep (G_USEC_PER_SEC / 20);
  return daemon;
}

static void
test_keyring (void)
{
  g_autofree char *folder = path_of (""), *program = g_find_program_in_path ("gnome-keyring-daemon");
  g_autoptr (GSubprocess) daemon = NULL;
  g_autoptr (GError) error = NULL;
  GTestDBus *bus;

  if (program == NULL)
    {
      g_test_skip ("gnome-keyring-daemon is not installed");
      return;
    }
  bus = bus_up ();
  daemon = start_keyring (&error);
  g_assert_no_error (error);
  g_assert_true (tf_secrets_has_keyring ());

  assert_list ("");
  set (NAME, "old");
  set (NAME, VALUE);
  set ("kraken", "b");
  assert_is (NAME, VALUE);
  assert_list ("kraken " NAME);
  assert_no ("binance", TF_ERROR_NOT_FOUND, "keyring");
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));

  /* What was set without the keyring is newer than what the keyring has, until it is set with it again. */
  g_setenv (TF_SECRETS_KEYRING, "no", TRUE);
  assert_list ("");
  set (NAME, "newer");
  set ("binance", "c");
  g_unsetenv (TF_SECRETS_KEYRING);
  assert_list ("binance kraken " NAME);
  assert_is (NAME, "newer");
  set (NAME, "newest");
  assert_is (NAME, "newest");
  g_setenv (TF_SECRETS_KEYRING, "no", TRUE);
  assert_list ("binance");
  g_unsetenv (TF_SECRETS_KEYRING);

  g_assert_true (tf_secrets_remove ("binance", NULL));
  g_assert_true (tf_secrets_remove ("kraken", NULL));
  g_assert_true (tf_secrets_remove (NAME, NULL));
  g_assert_false (tf_secrets_remove (NAME, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_FOUND);
  assert_list ("");

  g_subprocess_force_exit (daemon);
  g_subprocess_wait (daemon, NULL, NULL);
  bus_down (bus);
}

int
main (int    argc,
      char **argv)
{
  g_setenv (TF_SECRETS_KEYRING, "no", TRUE);
  g_unsetenv (TF_SECRETS_PASSPHRASE);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (gsize k = 0; k < G_N_ELEMENTS (names); k++)
    {
      g_autofree char *path = g_strconcat ("/secrets/name/", names[k].title, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (k), test_name);
    }
  g_test_add_func ("/secrets/values", test_values);
  g_test_add_func ("/secrets/round-trip", test_round_trip);
  g_test_add_func ("/secrets/encrypted", test_encrypted);
  g_test_add_func ("/secrets/permissions", test_permissions);
  g_test_add_func ("/secrets/changed", test_changed);
  g_test_add_func ("/secrets/version", test_version);
  g_test_add_func ("/secrets/passphrase", test_passphrase);
  g_test_add_func ("/secrets/lone-key", test_lone_key);
  g_test_add_func ("/secrets/no-folder", test_no_folder);
  g_test_add_func ("/secrets/many", test_many);
  g_test_add_func ("/secrets/processes", test_processes);
  g_test_add_func ("/secrets/no-service", test_no_service);
  g_test_add_func ("/secrets/keyring", test_keyring);
  return g_test_run ();
}
