/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Opening nodes in the window: attach, attach again, examples.  What fails is explained in the
 * attach dialog, with the doctor's findings.  Thread: main.
 */
#include "config.h"

#include "app/ov-window-private.h"

#include "views/ov-attach-dialog.h"
#include "views/ov-request.h"
#include "views/ov-settings.h"
#include "views/ov-start-page.h"

#include <glib/gi18n.h>

static void
show_node (OvWindow   *self,
           OvNode     *node,
           const char *notice)
{
  ov_session_set_node (self->session, node);
  if (notice)
    ov_window_toast (self, notice);
}

static void
dialog_attached_cb (OvWindow *self,
                    OvNode   *node)
{
  show_node (self, node, NULL);
}

static OvAttachDialog *
make_dialog (OvWindow *self)
{
  GtkWidget *dialog = ov_attach_dialog_new (GTK_WINDOW (self), self->session);

  g_signal_connect_object (dialog, "attached", G_CALLBACK (dialog_attached_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
  return OV_ATTACH_DIALOG (dialog);
}

/* What is asked for outlives the request's strings. */
typedef struct
{
  OvWindow    *window;
  OvRecentNode target;
} Opening;

static void
opening_free (Opening *self)
{
  g_object_unref (self->window);
  g_free (self->target.name);
  g_free (self->target.cookie_file);
  g_free (self->target.host);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Opening, opening_free)

static void
explain (OvWindow           *self,
         const OvRecentNode *target,
         const GError       *error)
{
  OvAttachRequest request = { .name = target->name, .cookie_file = target->cookie_file,
                              .host = target->host, .port = target->port };
  OvAttachDialog *dialog = make_dialog (self);

  ov_attach_dialog_fill (dialog, &request);
  ov_attach_dialog_explain (dialog, error);
}

static void
attached_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(Opening) opening = user_data;
  OvWindow *self = opening->window;
  g_autoptr(GError) error = NULL;
  g_autofree char *notice = NULL;
  g_autoptr(OvNode) node = ov_attachment_finish (result, &notice, &error);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  ov_start_page_set_busy (OV_START_PAGE (self->start_page), NULL);
  if (node)
    show_node (self, node, notice);
  else
    explain (self, &opening->target, error);
}

static void
reconnected_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(OvWindow) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(OvNode) node = ov_attachment_finish (result, NULL, &error);

  if (!node && !g_cancellable_is_cancelled (self->cancellable))
    ov_window_toast (self, error->message);
}

static void
example_opened_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(OvWindow) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *notice = NULL, *words = NULL;
  g_autoptr(OvNode) node = ov_attachment_finish (result, &notice, &error);
  GtkWidget *dialog;

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  ov_start_page_set_busy (OV_START_PAGE (self->start_page), NULL);
  if (node)
    {
      show_node (self, node, notice);
      return;
    }
  words = ov_request_dup_words (error);
  dialog = adw_message_dialog_new (GTK_WINDOW (self), _("The example could not be opened"), words);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

void
ov_window_attach (OvWindow              *self,
                  const OvAttachRequest *request)
{
  Opening *opening;

  g_return_if_fail (OV_IS_WINDOW (self));

  opening = g_new0 (Opening, 1);
  opening->window = g_object_ref (self);
  opening->target.name = g_strdup (request->name);
  opening->target.cookie_file = g_strdup (request->cookie_file);
  opening->target.host = g_strdup (request->host);
  opening->target.port = (guint16) request->port;
  ov_start_page_set_busy (OV_START_PAGE (self->start_page), request->name);
  ov_attachment_attach_async (self->session, request, self->cancellable, attached_cb, opening);
}

void
ov_window_open_example (OvWindow   *self,
                        const char *example,
                        const char *language)
{
  g_return_if_fail (OV_IS_WINDOW (self));

  ov_start_page_set_busy (OV_START_PAGE (self->start_page), example);
  ov_attachment_example_async (self->session, example, language, self->cancellable,
                               example_opened_cb, g_object_ref (self));
}

void
ov_window_present_dialog (OvWindow *self)
{
  make_dialog (self);
}

void
ov_window_reconnect (OvWindow   *self,
                     OvNodeView *view)
{
  g_return_if_fail (OV_IS_WINDOW (self));

  ov_attachment_again_async (self->session, ov_node_view_get_node (view), self->cancellable,
                             reconnected_cb, g_object_ref (self));
}
