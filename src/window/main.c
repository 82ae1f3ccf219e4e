#include <glib/gi18n.h>
#include <locale.h>

#include "config.h"
#include "window/application.h"

int
main (int    argc,
      char **argv)
{
  g_autoptr (TfApplication) application = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (TF_GETTEXT_PACKAGE, TF_LOCALE_DIR);
  bind_textdomain_codeset (TF_GETTEXT_PACKAGE, "UTF-8");
  textdomain (TF_GETTEXT_PACKAGE);
  application = tf_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
