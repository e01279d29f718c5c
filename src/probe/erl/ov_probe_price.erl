%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% What observing costs on this node, without what is only waiting for a processor: of several
%% measurements the least counts.  What one event costs the traced process, that makes it, and the tracer,
%% that takes it, is measured in some milliseconds with a process of our own that sends to itself, before
%% anything of the node is traced.  What sending a batch costs is measured at each.
-module(ov_probe_price).
-export([measure/1, flushed/3]).

-define(SENDS, 100).
-define(TIMES, 5).
-define(WAIT_MS, 200).
-define(FLUSH_NS, 30000).  % of a batch, before one was measured; and of each event in it
-define(EVENT_NS, 300).

%% #{emit, take}, ns; none when the node was too busy to tell.
measure(Vm) ->
    Tracer = self(),
    {Pid, Mon} = spawn_opt(fun() -> subject(Tracer) end, [link, monitor]),
    Bare = least(Pid, ?TIMES, late),
    _ = ov_probe_vm:flags([send, 'receive', monotonic_timestamp], Pid, Vm),
    Traced = least(Pid, ?TIMES, late),
    _ = ov_probe_vm:off(Pid, Vm),
    Pid ! stop,
    receive {'DOWN', Mon, _, _, _} -> ok
    after ?WAIT_MS -> unlink(Pid), exit(Pid, kill)
    end,
    wait(ov_probe_vm:delivered(Vm)),
    price(Bare, Traced, drain(Pid, late)).

price(Bare, Traced, Taken) when is_integer(Bare), is_integer(Traced), is_integer(Taken) ->
    #{emit => max(0, Traced - Bare) div (2 * ?SENDS), take => Taken div (2 * ?SENDS),
      flush => ?FLUSH_NS, event => ?EVENT_NS};
price(_, _, _) ->
    none.

%% What a flush of N events that took so long has really cost: no more than twice what the quickest
%% ones say.
flushed(Ns, 0, State) ->
    {min(Ns, ?FLUSH_NS), State};
flushed(Ns, _, #{prices := none} = State) ->
    {Ns, State};
flushed(Ns, N, #{prices := #{flush := Flush, event := Event} = Prices} = State) when N < 50 ->
    {min(Ns, 2 * (Flush + N * Event)), State#{prices := Prices#{flush := min(Flush, Ns)}}};
flushed(Ns, N, #{prices := #{flush := Flush, event := Event} = Prices} = State) ->
    {min(Ns, 2 * (Flush + N * Event)), State#{prices := Prices#{event := min(Event, Ns div N)}}}.

least(_, 0, Least) -> Least;
least(Pid, Times, Least) -> least(Pid, Times - 1, min(sends(Pid), Least)).

sends(Pid) ->
    Pid ! {go, self()},
    receive {took, Pid, Ns} -> Ns after ?WAIT_MS -> late end.

subject(Tracer) ->
    receive
        {go, Tracer} ->
            Start = erlang:monotonic_time(nanosecond),
            again(?SENDS),
            Tracer ! {took, self(), erlang:monotonic_time(nanosecond) - Start},
            subject(Tracer);
        stop ->
            ok
    end.

again(0) -> ok;
again(N) ->
    self() ! {'$gen_cast', {price, N}},
    receive {'$gen_cast', {price, N}} -> again(N - 1) end.

wait(Ref) ->
    receive {trace_delivered, _, Ref} -> ok after ?WAIT_MS -> ok end.

%% The way events are taken, without sending them anywhere; by the hundred, the quickest.
drain(Pid, Least) ->
    Start = erlang:monotonic_time(nanosecond),
    case take(Pid, 2 * ?SENDS) of
        0 -> drain(Pid, min(Least, erlang:monotonic_time(nanosecond) - Start));
        _ -> Least
    end.

take(_, 0) ->
    0;
take(Pid, Room) ->
    receive
        {trace_ts, Pid, send, Term, _, _} -> took(Pid, Room, Term);
        {trace_ts, Pid, 'receive', Term, _} -> took(Pid, Room, Term);
        {trace_ts, Pid, 'receive', Term, _, _} -> took(Pid, Room, Term)
    after 0 ->
        Room
    end.

took(Pid, Room, Term) ->
    _ = ov_probe_event:fits(Term, 50),
    take(Pid, Room - 1).
