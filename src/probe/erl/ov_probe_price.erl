%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% What one event costs on this node: the traced process, that makes it, and the tracer, that takes
%% it.  Measured in about a millisecond with a process of our own that sends to itself, before
%% anything of the node is traced.
-module(ov_probe_price).
-export([measure/1]).

-define(SENDS, 300).
-define(WAIT_MS, 500).

%% {NsToEmit, NsToTake}, or none when the node was too busy to tell.
measure(Vm) ->
    Tracer = self(),
    {Pid, Mon} = spawn_opt(fun() -> subject(Tracer) end, [link, monitor]),
    Bare = sends(Pid),
    _ = ov_probe_vm:flags([send, 'receive', monotonic_timestamp], Pid, Vm),
    Traced = sends(Pid),
    _ = ov_probe_vm:off(Pid, Vm),
    Pid ! stop,
    receive {'DOWN', Mon, _, _, _} -> ok
    after ?WAIT_MS -> unlink(Pid), exit(Pid, kill)
    end,
    wait(ov_probe_vm:delivered(Vm)),
    {Count, Taken} = drain(Pid),
    price(Bare, Traced, Count, Taken).

price(Bare, Traced, Count, Taken) when is_integer(Bare), is_integer(Traced), Count > 0 ->
    {max(0, Traced - Bare) div Count, Taken div Count};
price(_, _, _, _) ->
    none.

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

%% The way events are taken, without sending them anywhere.
drain(Pid) ->
    Start = erlang:monotonic_time(nanosecond),
    Count = drain(Pid, 0),
    {Count, erlang:monotonic_time(nanosecond) - Start}.

drain(Pid, Count) ->
    receive
        {trace_ts, Pid, send, Term, _, _} -> took(Pid, Count, Term);
        {trace_ts, Pid, 'receive', Term, _} -> took(Pid, Count, Term);
        {trace_ts, Pid, 'receive', Term, _, _} -> took(Pid, Count, Term)
    after 0 ->
        Count
    end.

took(Pid, Count, Term) ->
    _ = ov_probe_event:fits(Term, 50),
    drain(Pid, Count + 1).
