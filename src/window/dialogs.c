#include "window/dialogs.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/* What waits for an answer. */
typedef struct
{
  GWeakRef     owner;
  TfFilesFunc  files;
  TfFileFunc   file;
  TfAnswerFunc answer;
} Question;

static Question *
question_new (GtkWidget *owner)
{
  Question *question = g_new0 (Question, 1);

  g_weak_ref_init (&question->owner, owner);
  return question;
}

static void
question_free (gpointer  data,
               GClosure *closure)
{
  Question *question = data;

  g_weak_ref_clear (&question->owner);
  g_free (question);
}

static GtkWindow *
window_of (GtkWidget *owner)
{
  GtkRoot *root = gtk_widget_get_root (owner);

  return GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
}

static void
on_file_response (GtkNativeDialog *dialog,
                  int              response,
                  gpointer         data)
{
  Question *question = data;
  g_autoptr (GtkWidget) owner = g_weak_ref_get (&question->owner);

  if (response == GTK_RESPONSE_ACCEPT && owner != NULL)
    {
      if (question->files != NULL)
        {
          g_autoptr (GListModel) files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (dialog));

          question->files (owner, files);
        }
      else
        {
          g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

          question->file (owner, file);
        }
    }
  g_object_unref (dialog); /* held while it was open */
}

/**
 * tf_dialog_open:
 * @owner: for whom; the dialog belongs to its window
 * @filter: name of the kind of file
 * @patterns: (nullable) (array zero-terminated=1): of it; NULL: any file
 * @done: called with the files when the person has chosen some
 */
void
tf_dialog_open (GtkWidget         *owner,
                const char        *title,
                const char        *filter,
                const char *const *patterns,
                TfFilesFunc        done)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (title, window_of (owner), GTK_FILE_CHOOSER_ACTION_OPEN,
                                                              _("_Open"), _("_Cancel"));
  Question *question = question_new (owner);

  question->files = done;
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (dialog), TRUE);
  if (patterns != NULL)
    {
      g_autoptr (GtkFileFilter) kind = gtk_file_filter_new ();

      gtk_file_filter_set_name (kind, filter);
      for (guint i = 0; patterns[i] != NULL; i++)
        gtk_file_filter_add_pattern (kind, patterns[i]);
      gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), kind);
    }
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_file_response), question, question_free, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/**
 * tf_dialog_save:
 * @name: that it suggests
 * @done: called with the file when the person has chosen one
 */
void
tf_dialog_save (GtkWidget  *owner,
                const char *title,
                const char *name,
                TfFileFunc  done)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (title, window_of (owner), GTK_FILE_CHOOSER_ACTION_SAVE,
                                                              _("_Save"), _("_Cancel"));
  Question *question = question_new (owner);

  question->file = done;
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_file_response), question, question_free, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
on_answer (AdwMessageDialog *dialog,
           const char       *response,
           gpointer          data)
{
  Question *question = data;
  g_autoptr (GtkWidget) owner = g_weak_ref_get (&question->owner);

  if (owner != NULL && g_str_equal (response, "do"))
    question->answer (owner);
}

/**
 * tf_dialog_ask:
 * @answer: the verb on the button that does it, with a mnemonic
 * @done: called when that is chosen
 */
void
tf_dialog_ask (GtkWidget    *owner,
               const char   *heading,
               const char   *body,
               const char   *answer,
               gboolean      destructive,
               TfAnswerFunc  done)
{
  GtkWidget *dialog = adw_message_dialog_new (window_of (owner), heading, body);
  Question *question = question_new (owner);

  question->answer = done;
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _("_Cancel"), "do", answer, NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "do",
                                              destructive ? ADW_RESPONSE_DESTRUCTIVE : ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_answer), question, question_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}
