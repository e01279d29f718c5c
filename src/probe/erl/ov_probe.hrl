%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% What the probe's modules share: the protocol's version, the numbers of records and words
%% (PROTOCOL.md describes them; ov-probe-reader.c reads them), and the limits.

-define(PROTOCOL, 2).

%% Records of a batch.
-define(R_PROCESS, 1).
-define(R_SAMPLE, 2).
-define(R_BIRTH, 3).
-define(R_DEATH, 4).
-define(R_NAME, 5).
-define(R_LINK, 6).
-define(R_SUPERVISOR, 7).
-define(R_CHILD, 8).
-define(R_APPLICATION, 9).
-define(R_NODE, 10).
-define(R_CENSUS_DONE, 11).
-define(R_GAP, 12).

%% Behaviours.
-define(B_UNKNOWN, 0).
-define(B_SUPERVISOR, 1).
-define(B_GEN_SERVER, 2).
-define(B_GEN_STATEM, 3).
-define(B_GEN_EVENT, 4).
-define(B_TASK, 5).
-define(B_AGENT, 6).
-define(B_APPLICATION_MASTER, 7).
-define(B_PROC_LIB, 8).

%% What a supervisor said to the safe state probe.
-define(A_OK, 0).
-define(A_PENDING, 1).
-define(A_NONE, 2).
-define(A_NOT_UNDERSTOOD, 3).

%% Watching.
-define(W_SAMPLES, 1).
-define(W_LIFECYCLE, 2).

%% Limits.
-define(BATCH_RECORDS, 500).     % records of one message
-define(BATCH_MS, 10).           % age of the oldest record in a message
-define(CREDIT, 40).             % messages that were not acknowledged yet
-define(SLICE_US, 1200).         % work on end without giving up the scheduler
-define(SLICE_PROCESSES, 50).    % processes between two looks at the clock
-define(LONG_MAILBOX, 10000).    % memory is linear in the mailbox: not asked beyond
-define(BUSY_MAILBOX, 100).      % a supervisor with that many waiting messages is not asked
-define(MAX_LINKS, 64).          % links in one record
-define(MAX_CHILDREN, 10000).    % children listed of one supervisor
-define(HEAP_WORDS, 8388608).    % 64 MiB: a probe process that grows beyond is killed

-define(IS_SET(Flags, Flag), ((Flags) band (Flag) =/= 0)).

%% Traces.
-define(FAR, 16#7fffffffffffffff).  % a time that does not come
-define(LONG_AGO, -16#7fffffffffffffff). % monotonic times are negative for the most part
-define(TRACER_WORDS, 16777216).    % 128 MiB, for a single large message; its mailbox is beside it
-define(TRACER_QUEUE, 300000).      % some 75 MB: it does not get to look at its own fuse any more
-define(TRACER_MIN_WORDS, 46422).   % room for a batch without collecting

%% A trace message about a message of the probe's own: what it tells us, what we ask, what sys answers.
-define(OWN_TOLD(E), element(1, E) =:= trace_ts, element(1, element(4, E)) =:= ov_own).
-define(OWN_ASKED(E), element(1, E) =:= trace_ts,
        element(1, element(2, element(2, element(4, E)))) =:= ov_own).
-define(OWN_ANSWERED(E), element(1, E) =:= trace_ts, element(1, element(1, element(4, E))) =:= ov_own).
