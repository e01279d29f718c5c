/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Questions and answers of OvFlow, paired by the hash of their reference.
 *
 *   asked ── answer ──► a latency ── 'DOWN' ──► unanswered ── 5 s ──► unanswered, and waits on
 *                                                              └── late answer ──► a latency after all
 *
 * Invariant: a question is in at most one place of a table of fixed size; one that is overwritten is
 * unanswered as far as can be said.  Thread: that of the flow.
 */
#include "trace/ov-flow-private.h"

#define N_QUESTIONS 65536 /* a power of two */

struct _OvFlowQuestions
{
  OvFlowQuestion table[N_QUESTIONS];
  guint          n_open;  /* that are not expired */
  gint64         swept_ns;
};

OvFlowQuestions *
ov_flow_questions_new (void)
{
  OvFlowQuestions *self = g_new0 (OvFlowQuestions, 1);

  self->swept_ns = G_MININT64;
  return self;
}

void
ov_flow_questions_free (OvFlowQuestions *self)
{
  g_free (self);
}

static OvFlowQuestion *
get_place (OvFlow *self,
           guint32 tag)
{
  return &self->questions->table[tag & (N_QUESTIONS - 1)];
}

static void
expire (OvFlow         *self,
        OvFlowQuestion *question)
{
  if (question->expired)
    return;

  question->expired = TRUE;
  self->questions->n_open--;
  ov_flow_add (self, question->edge, question->at_ns, 0, 0, 1);
}

/*< private >
 * ov_flow_ask:
 * @event: a question that was sent or received
 * @edge: from who asks to who is asked
 * @from_send: whether it was sent; what is seen of its arrival adds nothing to that
 */
void
ov_flow_ask (OvFlow        *self,
             const OvEvent *event,
             guint32        edge,
             gboolean       from_send)
{
  OvFlowQuestion *question = get_place (self, event->tag);

  if (question->tag == event->tag && (question->from_send || !from_send))
    return;
  if (question->tag != 0 && question->tag != event->tag)
    expire (self, question);

  if (question->tag == 0 || question->expired)
    self->questions->n_open++;
  *question = (OvFlowQuestion) { event->tag, edge, event->at_ns, from_send, FALSE };
}

/*< private >
 * ov_flow_answer:
 * @event: an answer that was sent or, where only that is seen, received
 */
void
ov_flow_answer (OvFlow        *self,
                const OvEvent *event)
{
  OvFlowQuestion *question = get_place (self, event->tag);

  if (question->tag != event->tag || event->tag == 0)
    return;

  ov_flow_add_latency (self, question->edge, question->at_ns, MAX (event->at_ns - question->at_ns, 0));
  if (question->expired)
    ov_flow_add (self, question->edge, question->at_ns, 0, 0, -1);
  else
    self->questions->n_open--;
  question->tag = 0;
}

/*< private >
 * ov_flow_give_up:
 * @event: a 'DOWN' message: who was asked is no more
 */
void
ov_flow_give_up (OvFlow        *self,
                 const OvEvent *event)
{
  OvFlowQuestion *question = get_place (self, event->tag);

  if (question->tag != event->tag || event->tag == 0)
    return;

  expire (self, question);
  question->tag = 0;
}

/*< private >
 * ov_flow_expire:
 *
 * Counts what has waited for too long; looks at most twice a second of what is read.
 */
void
ov_flow_expire (OvFlow *self)
{
  OvFlowQuestions *questions = self->questions;

  if (questions->n_open == 0 || self->newest_ns == G_MININT64
      || (questions->swept_ns != G_MININT64 && self->newest_ns < questions->swept_ns + 500000000))
    return;

  questions->swept_ns = self->newest_ns;
  for (guint i = 0; i < N_QUESTIONS; i++)
    if (questions->table[i].tag != 0 && !questions->table[i].expired
        && self->newest_ns - questions->table[i].at_ns >= OV_FLOW_UNANSWERED_NS)
      expire (self, &questions->table[i]);
}
