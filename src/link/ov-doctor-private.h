/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the doctor says: its findings as sentences and hints.  Pure but for a look at a file's mode.
 */
#pragma once

#include "link/ov-doctor.h"
#include "link/ov-epmd.h"

G_BEGIN_DECLS

typedef enum
{
  OV_DOCTOR_NAME,
  OV_DOCTOR_EPMD,
  OV_DOCTOR_REGISTERED,
  OV_DOCTOR_PORT,
  OV_DOCTOR_HANDSHAKE,
  OV_DOCTOR_COOKIE,
  OV_DOCTOR_CODE_LOADING,
  OV_DOCTOR_VERSIONS,
  OV_DOCTOR_N_STEPS,
} OvDoctorStepId;

/* (element-type OvDoctorStep): all eight, skipped */
GPtrArray  *ov_doctor_findings_new         (void) G_GNUC_WARN_UNUSED_RESULT;
/* (transfer full) message */
void        ov_doctor_findings_set_ok      (GPtrArray      *self,
                                            OvDoctorStepId  id,
                                            char           *message);
/* (transfer full) message and hint */
void        ov_doctor_findings_set_failed  (GPtrArray      *self,
                                            OvDoctorStepId  id,
                                            char           *message,
                                            char           *hint);
/* The error's own message, and its hint from the registry. */
void        ov_doctor_findings_set_error   (GPtrArray      *self,
                                            OvDoctorStepId  id,
                                            const GError   *error);

OvEpmdEntry *ov_doctor_find_entry          (GPtrArray  *entries,
                                            const char *alive);
/* The registered name that looks most like @alive; NULL when none does. */
const char *ov_doctor_find_nearest         (GPtrArray  *entries,
                                            const char *alive);
void        ov_doctor_findings_set_unknown (GPtrArray  *self,
                                            GPtrArray  *entries,
                                            const char *alive,
                                            const char *host);
void        ov_doctor_findings_set_cookie_error (GPtrArray    *self,
                                                 const char   *path,
                                                 const GError *error);
void        ov_doctor_findings_set_release (GPtrArray  *self,
                                            const char *release,
                                            const char *erts);

G_END_DECLS
