%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% The tracer: one process per program, for all of its traces.  It receives what the VM tells of the
%% traced processes and sends it on in batches, as single events or as counted edges, and it is the
%% only one that changes flags and patterns.
%%
%%              run                 stop, count, duration, processes-gone
%%    opening ───────▶ running ──────────────────────────────▶ stopping ─▶ finishing ─▶ gone
%%                      │  ▲        flags off, then all that    (delivered)   (sent)
%%            fuse, off ▼  │ rearm  was generated arrives
%%                     level off
%%
%% Invariant, for each trace: generated = sent + dropped + waiting, and nothing waits at the end.
%%
%% While there is one trace only, everything that arrives is its own, and its events are taken in a
%% loop of their own (fast/4, ov_probe_flow:fast/5), which leaves for whatever is not the usual.
-module(ov_probe_trace).
-include("ov_probe.hrl").
-export([start/4, call/2, flush/2, word/1]).

-define(FLUSH_NS, 10000000).   % age of the oldest event in a batch
-define(WAKE_MS, 10).          % the loops of events are left that often
-define(TICK_NS, 250000000).
-define(FINISH_NS, 2000000000). % how long the last batches wait for credit
-define(DRAIN, 5000).
-define(CHUNK, 200).           % processes whose flags are taken back on end
-define(LENT_MS, 2000).

%% To the tracer, and its answer.
call(Tracer, Request) ->
    Ref = erlang:monitor(process, Tracer),
    Tracer ! {ask, self(), Ref, Request},
    receive
        {Ref, Answer} -> erlang:demonitor(Ref, [flush]), Answer;
        {'DOWN', Ref, _, _, _} -> {error, <<"failed">>, <<"the tracer has ended">>}
    end.

start(To, Guard, Owner, Life) ->
    put('$process_label', <<"Overstory probe: tracer">>),
    Vm = ov_probe_vm:ours([Life || is_pid(Life)], ov_probe_vm:open(Guard, Owner)),
    Owner ! {tracing, self(), ov_probe_vm:session(Vm)},
    loop(ov_probe_govern:new(
           #{vm => Vm, to => To, owner => Owner, out => ov_probe_stream:new(To), traces => #{},
             fast => none, members => #{}, own => #{self() => []}, monitors => #{}, names => #{},
             life => Life, lent => #{}, vanished => [], jobs => [], served => 0, calls => #{}, ports => #{},
             tick_at => now_ns() + ?TICK_NS, retry_at => none, wakes => false,
             offset => erlang:time_offset(nanosecond), prices => none})).

%% ---- the loop -------------------------------------------------------------------------------

loop(#{fast := Fast} = State) ->
    receive
        Message -> loop(taken(Fast, Message, State))
    after timeout(State) ->
        loop(due(State))
    end.

timeout(#{traces := Traces, jobs := []}) when map_size(Traces) =:= 0 ->
    infinity;
timeout(#{jobs := [_ | _]}) ->
    0;
timeout(#{traces := Traces, tick_at := Tick, retry_at := Retry} = State) ->
    Now = now_ns(),
    Next = maps:fold(fun(_, Trace, At) -> min(At, due_at(Trace)) end,
                     earliest(Retry, earliest(ov_probe_govern:until(State), Tick)), Traces),
    max(0, (Next - Now + 999999) div 1000000).

earliest(none, At) -> At;
earliest(At, Other) -> min(At, Other).

due_at(#{state := finishing, retry := At}) -> At;
due_at(#{level := edges, window := From}) -> From + ov_probe_flow:window_ns();
due_at(#{since := Since} = Trace) ->
    case pending(Trace) of
        true -> Since + ?FLUSH_NS;
        false -> ?FAR
    end.

%% Takes the message, and then as many events as are there.
taken({events, Id, Nodes}, Message, State) when element(1, Message) =:= trace_ts ->
    #{traces := #{Id := #{buffer := Buffer, n := N, since := Since}}} = Begun = handle(Message, State),
    case room(N, Id, Begun) of
        Room when Room > 0 ->
            Due = case N of 0 -> ?FAR; _ -> Since + ?FLUSH_NS end,
            Awake = woken_later(Begun),
            {Why, Left, Full} = fast(Room, Due, Nodes, Buffer),
            done(Why, take(Id, Room - Left, Full, Awake));
        _ ->
            due(Begun)
    end;
taken({edges, Id, Scope}, Message, State) when element(1, Message) =:= trace_ts ->
    #{traces := #{Id := #{window := From}}, members := Members} = Begun = handle(Message, State),
    case room(0, Id, Begun) of
        Room when Room > 0 ->
            Due = From + ov_probe_flow:window_ns(),
            Awake = woken_later(Begun),
            {Why, Left, Known} = ov_probe_flow:fast(Room, Due, Id, {Scope, Members}, 0),
            Spent = ov_probe_govern:spend(Room - Left, Awake),
            done(Why, counted(Id, Room - Left - Known, Spent));
        _ ->
            due(Begun)
    end;
taken({off, Id}, Message, State) when element(1, Message) =:= trace_ts ->
    {Why, Lost} = drained(?DRAIN, 0),
    done(Why, lose(Id, Lost, handle(Message, State)));
taken(_, Message, State) ->
    due(handle(Message, State)).

%% The loops wait without a limit, since setting one for each event costs as much as taking it; one
%% timer at a time gets us out of them.
woken_later(#{wakes := true} = State) ->
    State;
woken_later(State) ->
    erlang:send_after(?WAKE_MS, self(), wake),
    State#{wakes := true}.

%% What was on its way when the fuse went.
drained(Room, Lost) when Lost >= Room ->
    {room, Lost};
drained(Room, Lost) ->
    receive
        {trace_ts, _, send, _, _, _} -> drained(Room, Lost + 1);
        {trace_ts, _, 'receive', _, _} -> drained(Room, Lost + 1);
        {trace_ts, _, 'receive', _, _, _} -> drained(Room, Lost + 1);
        Other -> {{other, Other}, Lost}
    after 0 ->
        {quiet, Lost}
    end.

done({other, Message}, State) -> due(handle(Message, State));
done(_, State) -> due(State).

%% How many events may be taken before somebody has to look.
room(N, Id, #{traces := Traces} = State) ->
    #{Id := #{state := TraceState, limit := Limit, generated := Generated}} = Traces,
    case TraceState of
        running -> min(min(?BATCH_RECORDS - N, ov_probe_govern:left(State)), Limit - Generated);
        _ -> ?BATCH_RECORDS - N
    end.

fast(0, _, _, Buffer) ->
    {room, 0, Buffer};
fast(Room, Due, Nodes, Buffer) ->
    receive
        Own when ?OWN_TOLD(Own); ?OWN_ASKED(Own); ?OWN_ANSWERED(Own) ->
            fast(Room, Due, Nodes, Buffer);
        {trace_ts, _, send, Term, _, Time} = Event ->
            next(Time, Room - 1, Due, Nodes, [cut(Term, Event, Nodes) | Buffer]);
        {trace_ts, _, 'receive', Term, _, Time} = Event ->
            next(Time, Room - 1, Due, Nodes, [cut(Term, Event, Nodes) | Buffer]);
        {trace_ts, _, 'receive', Term, Time} = Event ->
            next(Time, Room - 1, Due, Nodes, [cut(Term, Event, Nodes) | Buffer]);
        {trace_ts, _, Kind, Term, Time} = Event
          when Kind =:= call; Kind =:= in; Kind =:= out ->
            next(Time, Room - 1, Due, Nodes, [cut(Term, Event, Nodes) | Buffer]);
        {trace_ts, _, Kind, _, _, Time} = Event
          when Kind =:= return_from; Kind =:= exception_from ->
            next(Time, Room - 1, Due, Nodes, [ov_probe_event:trim(Event, Nodes) | Buffer]);
        Other ->
            {{other, Other}, Room, Buffer}
    end.

next(Time, Room, Due, _, Buffer) when Time >= Due -> {due, Room, Buffer};
next(_, Room, Due, Nodes, Buffer) -> fast(Room, Due, Nodes, Buffer).

cut(Term, Event, Nodes) ->
    case ov_probe_event:fits(Term, Nodes) of
        true -> Event;
        false -> ov_probe_event:trim(Event, Nodes)
    end.

%% ---- messages -------------------------------------------------------------------------------

handle(Event, State) when element(1, Event) =:= trace_ts ->
    event(Event, State);
handle(wake, State) ->
    State#{wakes := false};
handle({ov_ack, Seq}, #{out := Out} = State) ->
    State#{out := ov_probe_stream:ack(Seq, Out)};
handle({seq_trace, Label, _, Time} = Event, State) ->
    case ov_probe_path:whose(Label, State) of
        none -> State;
        Id -> ov_probe_path:hop(Id, add(Id, path, Event, Time, State))
    end;
handle({ask, From, Ref, Request}, State) ->
    request(Request, {From, Ref}, State);
handle({trace_delivered, _, Ref}, State) ->
    delivered(Ref, State);
handle({'DOWN', _, process, Pid, _}, State) ->
    ended(ov_probe_scope:gone(Pid, abandoned(Pid, State)));
handle({life, Pid, On}, State) ->
    ov_probe_scope:lent(Pid, On, State);
handle({life_lent, Life}, State) ->
    State#{lender => Life};
handle({life_is, Life}, #{vm := Vm} = State) ->
    State#{life := Life, lent := #{}, vm := ov_probe_vm:ours([Life || is_pid(Life)], Vm)};
handle(stop, #{vm := Vm}) ->
    ov_probe_vm:close(Vm),
    exit(normal);
handle(_, State) ->
    State.

%% What passes between the probe and those it asks is nobody's business.
event(Event, State) when ?OWN_TOLD(Event); ?OWN_ASKED(Event); ?OWN_ANSWERED(Event) ->
    State;
event(Event, State) ->
    Kind = ov_probe_event:kind(element(3, Event)),
    Time = element(tuple_size(Event), Event),
    Born = ov_probe_scope:before(Kind, Event, State),
    Ids = ov_probe_scope:whose(element(2, Event), Kind, Event, Born),
    Added = lists:foldl(fun(Id, Acc) -> add(Id, Kind, Event, Time, Acc) end,
                        ov_probe_govern:spend(1, Born), Ids),
    ended(ov_probe_scope:later(Kind, Event, Added)).

%% One event to one trace.
add(Id, Kind, Event, Time, #{traces := Traces} = State) ->
    #{Id := #{kinds := Kinds, level := Level} = Trace} = Traces,
    case is_map_key(Kind, Kinds) of
        false ->
            State;
        true when Level =:= off; Level =:= over ->
            lose(Id, 1, State);
        true when Level =:= edges, Kind =:= send orelse Kind =:= 'receive' ->
            counted(Id, ov_probe_flow:one(Event, Id, ov_probe_scope:view(Trace, State)), State);
        true ->
            #{buffer := Buffer, n := N, nodes := Nodes, generated := Generated} = Trace,
            limit(with(Trace#{buffer := [ov_probe_event:trim(Event, Nodes) | Buffer], n := N + 1,
                              since := since(Trace, Time), generated := Generated + 1}, State))
    end.

since(#{n := 0}, Time) -> Time;
since(#{since := Since}, _) -> Since.

with(#{id := Id} = Trace, #{traces := Traces} = State) ->
    {Trace, State#{traces := Traces#{Id := Trace}}}.

%% Generated, but nobody will see it.
lose(_, 0, State) ->
    State;
lose(Id, N, #{traces := Traces} = State) ->
    #{Id := #{generated := Generated, dropped := Dropped} = Trace} = Traces,
    {_, Next} = with(gap(fuse, N, 0, Trace#{generated := Generated + N, dropped := Dropped + N}), State),
    Next.

%% What the loops took.
take(_, 0, _, State) ->
    State;
take(Id, Taken, Buffer, #{traces := Traces} = State) ->
    #{Id := #{n := N, generated := Generated} = Trace} = Traces,
    limit(with(Trace#{buffer := Buffer, n := N + Taken, generated := Generated + Taken},
               ov_probe_govern:spend(Taken, State))).

counted(_, 0, State) ->
    State;
counted(Id, Taken, #{traces := Traces} = State) ->
    #{Id := #{counted := N, generated := Generated} = Trace} = Traces,
    limit(with(Trace#{counted := N + Taken, generated := Generated + Taken}, State)).

limit({#{id := Id, generated := Generated, limit := Limit, state := running}, State})
  when Generated >= Limit ->
    stop(Id, <<"count">>, [], State);
limit({_, State}) ->
    State.

gap(Why, Count, PausedNs, #{gaps := Gaps} = Trace) ->
    {C, P} = maps:get(Why, Gaps, {0, 0}),
    Due = case pending(Trace) of
              true -> Trace;
              false -> Trace#{since := now_ns()}
          end,
    Due#{gaps := Gaps#{Why => {C + Count, P + PausedNs}}}.

%% Traces whose last process has gone.
ended(#{vanished := [Id | Ids]} = State) ->
    ended(stop(Id, <<"processes-gone">>, [], State#{vanished := Ids}));
ended(State) ->
    State.

%% ---- requests (from ov_probe_aim) -----------------------------------------------------------

request({open, Spec, Own}, {From, _} = Asker, State) ->
    case ov_probe_scope:open(Spec, Own, await_lent(State)) of
        {ok, #{id := Id} = Trace, Opened} ->
            #{traces := Traces} = Opened,
            answer(Asker, ok, opened_by(From, Id, priced(Opened#{traces := Traces#{Id => Trace}})));
        Error ->
            answer(Asker, Error, State)
    end;
request({arm, Id, Pairs}, Asker, State) ->
    {Answer, Next} = ov_probe_scope:arm(Id, Pairs, State),
    answer(Asker, Answer, Next);
request({name, Id, Name, Depth}, Asker, State) ->
    {Answer, Next} = ov_probe_scope:name(Id, Name, Depth, State),
    answer(Asker, Answer, Next);
request({wide, Id}, Asker, State) ->
    {Answer, Next} = ov_probe_scope:wide(Id, State),
    answer(Asker, Answer, Next);
request({function, Id, Call, Spec, Kind}, Asker, State) ->
    {Answer, Next} = ov_probe_scope:function(Id, Call, Spec, Kind, State),
    answer(Asker, Answer, Next);
request({run, Id}, Asker, #{traces := Traces} = State) when is_map_key(Id, Traces) ->
    answer(Asker, ok, run(Id, State));
request({stop, Id, Why}, Asker, #{traces := Traces} = State) when is_map_key(Id, Traces) ->
    stop(Id, Why, [Asker], State);
request({level, Id, Level}, Asker, #{traces := Traces} = State) when is_map_key(Id, Traces) ->
    {Answer, Next} = ov_probe_govern:by_hand(Id, Level, State),
    answer(Asker, Answer, Next);
request({meter, Id}, Asker, #{traces := Traces} = State) when is_map_key(Id, Traces) ->
    answer(Asker, {ok, meter(maps:get(Id, Traces), State)}, State);
request(bye, Asker, #{served := Served} = State) ->
    idle(answer(Asker, ok, State#{served := Served + 1}));
request({path, Id, Limits}, {From, _} = Asker, State) ->
    case ov_probe_path:open(Id, Limits, State) of
        {ok, Opened} -> answer(Asker, ok, opened_by(From, Id, Opened));
        {Error, _} -> answer(Asker, Error, State)
    end;
request(_, Asker, State) ->
    answer(Asker, {error, <<"failed">>, <<"no such trace">>}, State).

opened_by(From, Id, #{traces := Traces} = State) ->
    #{Id := Trace} = Traces,
    State#{traces := Traces#{Id := Trace#{opener := {From, erlang:monitor(process, From)}}}}.

answer({From, Ref}, Answer, State) ->
    From ! {Ref, Answer},
    State.

%% Whoever opens a trace drives it until it runs; when it is killed at its deadline, the trace ends.
abandoned(Pid, #{traces := Traces} = State) ->
    Left = [Id || {Id, #{opener := {Opener, _}}} <- maps:to_list(Traces), Opener =:= Pid],
    lists:foldl(fun(Id, Acc) -> stop(Id, none, [], Acc) end, State, Left).

run(Id, #{traces := Traces} = State) ->
    #{Id := #{opener := Opener, state := Was, duration := Duration} = Trace} = Traces,
    case Opener of
        {_, Mon} -> erlang:demonitor(Mon, [flush]);
        none -> ok
    end,
    Until = case {Was, Duration} of
                {_, none} -> ?FAR;
                {opening, _} -> now_ns() + Duration * 1000000;
                _ -> maps:get(until, Trace)
            end,
    {_, Next} = with(Trace#{opener := none, state := running, until := Until,
                            window := now_ns()}, State),
    ended(ov_probe_scope:check(Id, ov_probe_govern:settle(Next))).

%% Before OTP 27 a process has one tracer: the lifecycle tracer lends us what it holds.  It may have
%% said so before there was anything to open.
await_lent(#{vm := Vm, life := Life} = State) when is_pid(Life) ->
    case ov_probe_vm:is_legacy(Vm) andalso maps:get(lender, State, none) =/= Life of
        true ->
            receive {life_lent, Life} -> State#{lender => Life}
            after ?LENT_MS -> State
            end;
        false ->
            State
    end;
await_lent(State) ->
    State.

%% What an event costs, measured once on this node before anything is traced.
priced(#{prices := none, vm := Vm} = State) ->
    State#{prices := ov_probe_price:measure(Vm)};
priced(State) ->
    State.

%% ---- stopping -------------------------------------------------------------------------------

%% Flags off, all that was generated, then the last batches, the end, the answer.
stop(Id, Why, Askers, #{traces := Traces} = State) ->
    case Traces of
        #{Id := #{state := TraceState, askers := Others} = Trace}
          when TraceState =:= opening; TraceState =:= running ->
            Level = case Why of
                        <<"count">> -> over;
                        _ -> maps:get(level, Trace)
                    end,
            {_, Next} = with(Trace#{state := stopping, why := Why, askers := Askers ++ Others,
                                    level := Level}, State),
            ov_probe_scope:disarm(Id, ov_probe_govern:settle(Next));
        #{Id := #{askers := Others} = Trace} ->
            {_, Next} = with(Trace#{askers := Askers ++ Others}, State),
            Next
    end.

%% One slice of taking flags back; at its end the VM is asked when everything has arrived.
jobs(#{jobs := []} = State) ->
    State;
jobs(#{jobs := [{Id, Pids} | Jobs]} = State) ->
    case ov_probe_scope:disarm_some(Id, Pids, ?CHUNK, State) of
        {[], Next} ->
            ov_probe_govern:settle(disarmed(Id, Next#{jobs := Jobs}));
        {Rest, Next} ->
            Next#{jobs := Jobs ++ [{Id, Rest}]}
    end.

disarmed(Id, #{traces := Traces, vm := Vm} = State) ->
    case Traces of
        #{Id := #{state := running, level := off}} ->
            ov_probe_scope:functions_off(Id, State);
        #{Id := #{state := stopping} = Trace} ->
            Ref = ov_probe_vm:delivered(Vm),
            {_, Next} = with(Trace#{delivered := Ref}, ov_probe_scope:functions_off(Id, State)),
            Next;
        _ ->
            State
    end.

delivered(Ref, #{traces := Traces} = State) ->
    case [Trace || #{delivered := Given} = Trace <- maps:values(Traces), Given =:= Ref] of
        [Trace] ->
            {_, Next} = with(Trace#{state := finishing, delivered := none, retry := ?LONG_AGO,
                                    give_up := now_ns() + ?FINISH_NS}, State),
            Next;
        [] ->
            State
    end.

finish(Now, #{id := Id, retry := At, give_up := GiveUp}, State) when Now >= At ->
    #{traces := #{Id := Flushed}} = Next = flush(Id, State),
    case pending(Flushed) andalso Now < GiveUp of
        true ->
            {_, Later} = with(Flushed#{retry := Now + 10000000}, Next),
            Later;
        false ->
            say_end(Now, dropped(Flushed), Next)
    end;
finish(_, _, State) ->
    State.

dropped(#{n := N, counted := Counted, dropped := Dropped} = Trace) ->
    Trace#{n := 0, buffer := [], counted := 0, dropped := Dropped + N + Counted}.

say_end(Now, #{id := Id, why := none} = Trace, State) ->
    farewell(Now, Id, {error, <<"failed">>, <<"the trace did not begin">>}, Trace, State);
say_end(Now, #{id := Id, why := Why, give_up := GiveUp} = Trace, #{out := Out} = State) ->
    Meter = meter(Trace#{level := off}, State),
    Make = fun(Seq) ->
                   {ov_trace_end, self(), Seq, Id, ov_probe_record:system_ns(), {Why, Meter}}
           end,
    case ov_probe_stream:force(Make, Out) of
        {full, Out2} when Now < GiveUp ->
            {_, Later} = with(Trace#{retry := Now + 10000000}, State#{out := Out2}),
            Later;
        {_, Out2} ->
            farewell(Now, Id, {ok, Meter}, Trace, State#{out := Out2})
    end.

farewell(_, Id, Answer, #{askers := Askers}, #{traces := Traces} = State) ->
    lists:foreach(fun(Asker) -> answer(Asker, Answer, State) end, Askers),
    ov_probe_flow:forget(Id),
    idle(ov_probe_govern:settle(ov_probe_path:close(Id, State#{traces := maps:remove(Id, Traces)}))).

%% The owner ends us when nothing is asked of us any more.
idle(#{traces := Traces, owner := Owner, served := Served} = State) when map_size(Traces) =:= 0 ->
    Owner ! {trace_idle, self(), Served},
    State;
idle(State) ->
    State.

%% ---- what is due ----------------------------------------------------------------------------

due(#{traces := Traces} = State) when map_size(Traces) =:= 0 ->
    State;
due(State) ->
    Now = now_ns(),
    Governed = ov_probe_govern:govern(Now, jobs(State)),
    ticked(Now, ov_probe_scope:retry(Now, each_due(Now, Governed))).

each_due(Now, #{traces := Traces} = State) ->
    maps:fold(fun(_, Trace, Acc) -> trace_due(Now, Trace, Acc) end, State, Traces).

trace_due(Now, #{state := finishing} = Trace, State) ->
    finish(Now, Trace, State);
trace_due(Now, #{id := Id, state := running, until := Until}, State) when Now >= Until ->
    stop(Id, <<"duration">>, [], State);
trace_due(Now, #{path := Path} = Trace, State) when Path =/= none ->
    path_due(Now, Trace, State);
trace_due(Now, #{id := Id, level := edges, window := From}, State) ->
    case Now >= From + ov_probe_flow:window_ns() of
        true -> flush(Id, State);
        false -> State
    end;
trace_due(Now, #{id := Id, n := N, since := Since} = Trace, State) ->
    case N >= ?BATCH_RECORDS orelse (pending(Trace) andalso Now - Since >= ?FLUSH_NS) of
        true -> flush(Id, State);
        false -> State
    end.

path_due(Now, #{id := Id, n := N} = Trace, State) ->
    case ov_probe_path:quiet(Now, Trace) of
        true -> stop(Id, <<"quiet">>, [], State);
        false when N > 0 -> flush(Id, State);
        false -> State
    end.

pending(#{n := N, gaps := Gaps, marks := Marks, counted := Counted}) ->
    N > 0 orelse Marks =/= [] orelse map_size(Gaps) > 0 orelse Counted > 0.

%% ---- sending --------------------------------------------------------------------------------

%% Everything that waits: counted edges, then gaps, events and changes of the level.
flush(Id, #{traces := Traces} = State) ->
    #{Id := #{counted := Counted, level := Level}} = Traces,
    Start = now_ns(),
    Flown = case Counted > 0 orelse Level =:= edges of
                true -> flush_flow(Id, Start, State);
                false -> State
            end,
    #{traces := #{Id := Trace}} = Flown,
    #{n := N} = Trace,
    {#{spent := Spent} = Sent, Next} = flush_events(Trace, Flown),
    {Ns, Priced} = ov_probe_price:flushed(now_ns() - Start, N + Counted, Next),
    {_, Done} = with(Sent#{spent := Spent + Ns}, Priced),
    Done.

flush_events(#{n := 0, gaps := Gaps, marks := []} = Trace, State) when map_size(Gaps) =:= 0 ->
    {Trace, State};
flush_events(#{id := Id, n := N, buffer := Buffer, gaps := Gaps, marks := Marks, sent := Sent,
               dropped := Dropped} = Trace, #{out := Out, offset := Offset} = State) ->
    Events = gap_events(Gaps, Trace) ++ lists:reverse(Buffer, lists:reverse(Marks)),
    Make = fun(Seq) ->
                   {ov_trace, self(), Seq, Id, ov_probe_record:system_ns(), Offset, Events}
           end,
    case {ov_probe_stream:send(Make, Out), Trace} of
        {{sent, Out2}, _} ->
            {Trace#{n := 0, buffer := [], gaps := #{}, marks := [], sent := Sent + N},
             State#{out := Out2}};
        {{full, Out2}, #{state := finishing}} ->
            {Trace, State#{out := Out2}};
        {{full, Out2}, #{since := Since}} ->
            Lost = Trace#{n := 0, buffer := [], dropped := Dropped + N,
                          since := max(Since, now_ns())},
            {case N of 0 -> Lost; _ -> gap(credit, N, 0, Lost) end, State#{out := Out2}}
    end.

gap_events(Gaps, _) when map_size(Gaps) =:= 0 ->
    [];
gap_events(Gaps, #{n := 0}) ->
    Now = now_ns(),
    [{trace_gap, Why, Count, Paused, Now} || {Why, {Count, Paused}} <- maps:to_list(Gaps)];
gap_events(Gaps, #{since := Since}) ->
    [{trace_gap, Why, Count, Paused, Since} || {Why, {Count, Paused}} <- maps:to_list(Gaps)].

%% A window without credit goes on until there is some.
flush_flow(Id, Now, #{traces := Traces, out := Out, offset := Offset} = State) ->
    #{Id := #{window := From, counted := Counted, in_edges := InEdges, sent := Sent,
              dropped := Dropped} = Trace} = Traces,
    case Counted =:= 0 orelse ov_probe_stream:has_credit(Out) of
        true ->
            {Full, Pieces} = ov_probe_flow:take(Id),
            {Lost, Out2} = lists:foldl(fun(Piece, Acc) ->
                                               flow(Id, From + Offset, Now + Offset, Piece, Acc)
                                       end, {Full, Out}, Pieces),
            Summed = Trace#{window := Now, counted := 0, sent := Sent + Counted - Lost,
                            in_edges := InEdges + Counted - Lost, dropped := Dropped + Lost},
            {_, Next} = with(case Lost of 0 -> Summed; _ -> gap(credit, Lost, 0, Summed) end,
                             State#{out := Out2}),
            Next;
        false ->
            {_, Next} = with(Trace#{window := Now - ov_probe_flow:window_ns() div 2},
                             State#{out := ov_probe_stream:starve(Out)}),
            Next
    end.

flow(Id, From, To, {Count, Piece}, {Lost, Out}) ->
    Make = fun(Seq) -> {ov_flow, self(), Seq, Id, From, To, Piece} end,
    case ov_probe_stream:force(Make, Out) of
        {sent, Out2} -> {Lost, Out2};
        {full, Out2} -> {Lost + Count, Out2}
    end.

%% ---- four times a second --------------------------------------------------------------------

ticked(Now, #{tick_at := At} = State) when Now < At ->
    State;
ticked(Now, #{traces := Traces} = State) ->
    Elapsed = Now - (maps:get(tick_at, State) - ?TICK_NS),
    Checked = ov_probe_scope:tick(Now, ov_probe_govern:tick(Now, Elapsed, State)),
    maps:fold(fun(Id, _, Acc) -> tell_meter(Id, Elapsed, Acc) end,
              Checked#{tick_at := Now + ?TICK_NS}, Traces).

tell_meter(Id, Elapsed, #{traces := Traces} = State) ->
    case Traces of
        #{Id := #{state := running, generated := Generated, spent := Spent, last := {Before, Paid}}
          = Trace} ->
            Count = Generated - Before,
            #{sent := Sent, dropped := Dropped} = Trace,
            {Metered, Next} = with(Trace#{last := {Generated, Spent}, told := {Sent, Dropped},
                                          speed := Count * 1000000000 div Elapsed,
                                          cost := cost(Count, Spent - Paid, Elapsed, State)}, State),
            say_meter(Metered, Next);
        _ ->
            State
    end.

%% PROTOCOL.md, "What observing costs".
cost(Count, Spent, Elapsed, #{prices := #{emit := Emit, take := Take}}) ->
    (Count * (Emit + Take) + Spent) * 1000000 div Elapsed;
cost(_, _, _, _) ->
    0.

say_meter(#{id := Id} = Trace, #{out := Out} = State) ->
    Meter = meter(Trace, State),
    Make = fun(Seq) -> {ov_meter, self(), Seq, Id, ov_probe_record:system_ns(), Meter} end,
    {_, Out2} = ov_probe_stream:send(Make, Out),
    State#{out := Out2}.

meter(#{level := Level, generated := Generated, sent := Sent, in_edges := InEdges,
        dropped := Dropped, speed := Speed, cost := Cost, paused := Paused}, _) ->
    {_, Queue} = process_info(self(), message_queue_len),
    #{level => word(Level), generated => Generated, sent => Sent, in_edges => InEdges, dropped => Dropped,
      paused_ns => Paused, queue => Queue, events_per_s => Speed, cost_ppm => Cost}.

word(events) -> <<"events">>;
word(edges) -> <<"edges">>;
word(_) -> <<"off">>.

now_ns() -> erlang:monotonic_time(nanosecond).
