/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See the header for the states.  Invariant: there is a timer or a wait for the table exactly while it
 * plays.  Thread: main.
 */
#include "config.h"

#include "views/ov-cascade-player.h"

#define STEP_MS       300
/* The table of an instant may take long on a large node: then the step is shown without it. */
#define PATIENCE_MS 2000
/* How long everything stands still before the first exit. */
#define BEFORE_NS (50 * G_GINT64_CONSTANT (1000000))

typedef struct
{
  gint64  at_ns;
  OvPid   pid;
  char   *words;
} Step;

struct _OvCascadePlayer
{
  GObject    parent_instance;
  OvSession *session;
  GArray    *steps; /* of Step */
  guint      next;
  guint      timer_id;
  gboolean   is_waiting;
};

enum { STEP, FINISHED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OvCascadePlayer, ov_cascade_player, G_TYPE_OBJECT)

static void show_next (OvCascadePlayer *self);

static void
clear_step (gpointer data)
{
  g_free (((Step *) data)->words);
}

/* The one that the step shown concerns, if it is there at this instant. */
static void
select_subject (OvCascadePlayer *self)
{
  OvProcessTable *table = ov_session_get_table (self->session);
  const OvPid *pid;
  guint32 slot;

  if (table == NULL || self->next == 0)
    return;
  pid = &g_array_index (self->steps, Step, self->next - 1).pid;
  slot = ov_pid_is_none (pid) ? OV_SLOT_NONE : ov_process_table_find_pid (table, pid);
  if (slot != OV_SLOT_NONE)
    ov_session_set_selected (self->session, slot);
}

static gboolean
next_cb (gpointer user_data)
{
  OvCascadePlayer *self = user_data;

  self->timer_id = 0;
  /* It may have been born on the way to the instant. */
  select_subject (self);
  show_next (self);
  return G_SOURCE_REMOVE;
}

static void
wait_for (OvCascadePlayer *self,
          guint            ms)
{
  g_clear_handle_id (&self->timer_id, g_source_remove);
  self->timer_id = g_timeout_add (ms, next_cb, self);
}

static void
table_changed_cb (OvCascadePlayer *self)
{
  if (!self->is_waiting)
    return;

  self->is_waiting = FALSE;
  select_subject (self);
  wait_for (self, STEP_MS);
}

static void
show_next (OvCascadePlayer *self)
{
  const Step *step;

  if (self->next >= self->steps->len)
    {
      ov_cascade_player_stop (self);
      g_signal_emit (self, signals[FINISHED], 0);
      return;
    }

  step = &g_array_index (self->steps, Step, self->next++);
  self->is_waiting = TRUE;
  wait_for (self, PATIENCE_MS);
  if (ov_session_get_instant (self->session) == step->at_ns)
    table_changed_cb (self);
  else
    ov_session_set_instant (self->session, step->at_ns);
  g_signal_emit (self, signals[STEP], 0, self->next, self->steps->len, step->words);
}

static void
ov_cascade_player_dispose (GObject *object)
{
  OvCascadePlayer *self = OV_CASCADE_PLAYER (object);

  g_clear_handle_id (&self->timer_id, g_source_remove);
  g_clear_pointer (&self->steps, g_array_unref);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ov_cascade_player_parent_class)->dispose (object);
}

static void
ov_cascade_player_class_init (OvCascadePlayerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ov_cascade_player_dispose;

  signals[STEP] = g_signal_new ("step", OV_TYPE_CASCADE_PLAYER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 3, G_TYPE_UINT, G_TYPE_UINT, G_TYPE_STRING);
  signals[FINISHED] = g_signal_new ("finished", OV_TYPE_CASCADE_PLAYER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 0);
}

static void
ov_cascade_player_init (OvCascadePlayer *self)
{
  self->steps = g_array_new (FALSE, TRUE, sizeof (Step));
  g_array_set_clear_func (self->steps, clear_step);
}

OvCascadePlayer *
ov_cascade_player_new (OvSession *session)
{
  OvCascadePlayer *self;

  g_return_val_if_fail (OV_IS_SESSION (session), NULL);

  self = g_object_new (OV_TYPE_CASCADE_PLAYER, NULL);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "notify::table", G_CALLBACK (table_changed_cb), self, G_CONNECT_SWAPPED);

  return self;
}

static void
add_step (OvCascadePlayer *self,
          gint64           at_ns,
          const OvPid     *pid,
          char            *words)
{
  Step step = { at_ns, *pid, words };

  g_array_append_val (self->steps, step);
}

void
ov_cascade_player_play (OvCascadePlayer      *self,
                        OvProcessTable       *words_of,
                        const OvRestartEntry *entry)
{
  g_return_if_fail (OV_IS_CASCADE_PLAYER (self));
  g_return_if_fail (entry != NULL);

  ov_cascade_player_stop (self);
  g_array_set_size (self->steps, 0);
  add_step (self, entry->at_ns - BEFORE_NS, &entry->supervisor, g_strdup (""));
  for (guint i = 0; i < entry->n_causes; i++)
    add_step (self, entry->causes[i].at_ns, &entry->causes[i].pid,
              ov_cause_dup_words (&entry->causes[i], words_of));
  self->next = 0;
  show_next (self);
}

void
ov_cascade_player_stop (OvCascadePlayer *self)
{
  g_return_if_fail (OV_IS_CASCADE_PLAYER (self));

  g_clear_handle_id (&self->timer_id, g_source_remove);
  self->is_waiting = FALSE;
}

gboolean
ov_cascade_player_is_playing (OvCascadePlayer *self)
{
  g_return_val_if_fail (OV_IS_CASCADE_PLAYER (self), FALSE);

  return self->timer_id != 0;
}
