%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% The probe of Overstory.  A program attaches by loading this module and calling start/3 through
%% `rex'; it gets an owner of its own, the process below, which starts helpers for whatever takes
%% time and never waits itself.  The guard (ov_probe_guard) ends the owner when the program is
%% gone, undoes what it changed, and unloads the module.  What the messages mean is in PROTOCOL.md.
%%
%% The sources are several modules; on a node they are this one (link-probe.escript says why).
-module(ov_probe).
-include("ov_probe.hrl").
-export([start/3, version/0]).
-export([owner/3]).

-define(TRIES, 20).
-define(MAX_WORKERS, 64).
-define(TRACE_REQUESTS, #{<<"trace_start">> => 1, <<"trace_stop">> => 1, <<"trace_level">> => 1,
                          <<"path_start">> => 1}).

%% {version, Protocol, InUse}: asked before anything else is done.
version() ->
    {version, ?PROTOCOL, ov_probe_guard:in_use()}.

%% {ok, Owner, Guard} or {error, version, Protocol, InUse}.
start(?PROTOCOL, To, Options) when is_pid(To), is_map(Options) ->
    ov_probe_guard:enter(To, Options, ?TRIES);
start(_, _, _) ->
    {error, version, ?PROTOCOL, ov_probe_guard:in_use()}.

%% ---- the owner ------------------------------------------------------------------------------

owner(Guard, To, Options) ->
    put('$process_label', <<"Overstory probe: owner">>),
    process_flag(trap_exit, true),
    Mon = erlang:monitor(process, Guard),
    loop(#{guard => Guard, guard_mon => Mon, to => To, options => Options, workers => #{},
           watch => 0, sweeper => none, life => none, tracer => none, leaving => none, session => none,
           traces => #{}, asked => 0, first_mode => full, owing => #{},
           seen => [], sups => []}).

loop(State) ->
    receive Message -> loop(handle(Message, State)) end.

handle({'$gen_call', From, {request, Name, Args, Ms}}, State) when is_binary(Name) ->
    request(Name, Args, From, bounded(Ms), State);
handle({'$gen_call', From, _}, State) ->
    reply(From, {error, <<"failed">>, <<"not a request">>}),
    State;
handle({ov_watch, Flags}, State) when is_integer(Flags) ->
    watch(Flags, State);
handle({ov_refresh, Pids}, State) when is_list(Pids) ->
    stream(fun(Out) -> ov_probe_census:refresh(Pids, Out) end, State);
handle({ov_supervisors, Pids, Ms}, State) when is_list(Pids) ->
    Owner = self(),
    stream(fun(Out) -> ov_probe_state:read(Pids, bounded(Ms), Owner, Out) end, State);
handle(ov_leave, #{guard := Guard} = State) ->
    ov_probe_guard:leave(Guard, self(), <<"detached">>),
    State;
handle({census_seen, _, Pids, Sups}, State) ->
    census_seen(Pids, Sups, State);
handle({who_owes, From, Ref}, #{owing := Owing} = State) ->
    Alive = maps:filter(fun(Pid, _) -> is_process_alive(Pid) end, Owing),
    From ! {Ref, Alive},
    State#{owing := Alive};
handle({owes, Pid}, #{owing := Owing} = State) ->
    State#{owing := Owing#{Pid => []}};
handle({ov_own, {owes_not, Pid}}, #{owing := Owing} = State) ->
    State#{owing := maps:remove(Pid, Owing)};
handle({tracing, Tracer, Session}, #{tracer := Tracer} = State) ->
    State#{session := Session};
handle({trace_idle, Tracer, Asked}, #{tracer := Tracer, asked := Asked} = State) ->
    no_tracer(State);
handle({deadline, Worker}, State) ->
    too_late(Worker, State);
handle({'EXIT', Pid, Reason}, State) ->
    ended(Pid, Reason, State);
handle({'DOWN', Mon, _, _, _}, #{guard_mon := Mon} = State) ->
    orphaned(State);
handle(_, State) ->
    State.

%% Somebody killed the guard: a new one comes only to unload everything.
orphaned(#{to := To}) ->
    erlang:send(To, {ov_gone, <<"guard-died">>}, [nosuspend, noconnect]),
    {ok, Owner, Guard} = ov_probe_guard:enter(self(), #{}, ?TRIES),
    ov_probe_guard:leave(Guard, Owner, <<"guard-died">>),
    exit(kill).

%% ---- requests -------------------------------------------------------------------------------

request(<<"census">>, Args, From, Ms, State) ->
    Owner = self(),
    run(fun(Out) -> ov_probe_ask:census(Args, Owner, Out) end, low, From, Ms, State);
request(Name, Args, From, Ms, State) when is_map_key(Name, ?TRACE_REQUESTS) ->
    traced(Name, Args, From, Ms, State);
request(Name, Args, From, Ms, State) ->
    run(fun(_) -> ov_probe_ask:answer(Name, Args) end, normal, From, Ms, State).

%% A helper does the work and its result is the answer; at the deadline it is killed.
run(_, _, From, _, #{workers := Workers} = State) when map_size(Workers) >= ?MAX_WORKERS ->
    reply(From, {error, <<"busy">>, <<"too many requests at once">>}),
    State;
run(Work, Priority, From, Ms, #{to := To, workers := Workers} = State) ->
    Worker = helper(fun() -> reply(From, Work(ov_probe_out:new(To))) end, Priority, State),
    Timer = erlang:send_after(Ms, self(), {deadline, Worker}),
    State#{workers := Workers#{Worker => {From, Timer}}}.

%% A helper that only streams records.
stream(Work, #{to := To, workers := Workers} = State) when map_size(Workers) < ?MAX_WORKERS ->
    Worker = helper(fun() -> Work(ov_probe_out:new(To)) end, normal, State),
    State#{workers := Workers#{Worker => {none, none}}};
stream(_, State) ->
    State.

%% Whoever is born while new processes are traced takes the flags off itself.
helper(Work, Priority, #{tracer := Tracer, session := Session}) ->
    spawn_opt(fun() ->
                      _ = Tracer =:= none orelse ov_probe_vm:hide(Session),
                      put('$process_label', <<"Overstory probe: helper">>),
                      Work()
              end,
              [link, {priority, Priority},
               {max_heap_size, #{size => ?HEAP_WORDS, kill => true, error_logger => false}}]).

too_late(Worker, #{workers := Workers} = State) ->
    case maps:take(Worker, Workers) of
        {{From, _}, Rest} ->
            unlink(Worker),
            exit(Worker, kill),
            reply(From, {error, <<"busy">>, <<"the deadline passed">>}),
            State#{workers := Rest};
        error ->
            State
    end.

ended(Pid, _, #{sweeper := Pid} = State) ->
    watch(maps:get(watch, State), State#{sweeper := none});
ended(Pid, _, #{life := Pid} = State) ->
    watch(maps:get(watch, State), State#{life := none, first_mode := polling});
ended(Pid, _, #{tracer := Pid} = State) ->
    lost_tracer(State);
ended(Pid, _, #{leaving := Pid, life := Life} = State) ->
    _ = maps:get(tracer, State) =:= none andalso tell(Life, {lend, none}),
    State#{leaving := none};
ended(Pid, Reason, #{workers := Workers} = State) ->
    case maps:take(Pid, Workers) of
        {{From, Timer}, Rest} ->
            settle(From, Timer, Reason),
            State#{workers := Rest};
        error ->
            State
    end.

settle(none, _, _) ->
    ok;
settle(_, Timer, normal) ->
    erlang:cancel_timer(Timer);
settle(From, Timer, killed) ->
    erlang:cancel_timer(Timer),
    reply(From, {error, <<"refused">>, <<"it would take too much memory on the node">>});
settle(From, Timer, Reason) ->
    erlang:cancel_timer(Timer),
    {View, _} = ov_probe_cut:cut(Reason, 50, 8),
    reply(From, {error, <<"failed">>, {View}}).

reply({Pid, Tag}, Reply) ->
    erlang:send(Pid, {Tag, Reply}, [noconnect]);
reply(none, _) ->
    ok.

bounded(Ms) when is_integer(Ms), Ms > 0, Ms =< 600000 -> Ms;
bounded(_) -> 5000.

%% ---- watching -------------------------------------------------------------------------------

census_seen(Pids, Sups, #{sweeper := Sweeper, life := Life} = State) ->
    tell(Sweeper, {seen, Pids}),
    tell(Life, {census, Sups}),
    forget_seen(State#{seen := Pids, sups := Sups}).

%% What the census saw is kept only until there is a sweep that begins with it.
forget_seen(#{sweeper := none} = State) -> State;
forget_seen(State) -> State#{seen := []}.

tell(none, _) -> ok;
tell(Pid, Message) -> Pid ! Message.

%% Starts and stops the two helpers so that they are there when something is watched.
watch(Flags, #{to := To, guard := Guard, sups := Sups, first_mode := Mode, seen := Seen,
               tracer := Tracer} = State) ->
    Owner = self(),
    Life = wanted(?IS_SET(Flags, ?W_LIFECYCLE), maps:get(life, State), fun() ->
               ov_probe_life:start(ov_probe_out:new(To), Guard, Owner, Sups, {Mode, Tracer})
           end, high, State),
    Sweeper = wanted(Flags =/= 0, maps:get(sweeper, State), fun() ->
                  Options = #{flags => Flags, life => Life},
                  ov_probe_census:sweeper(ov_probe_out:new(To), Options, Seen)
              end, low, State),
    tell(Sweeper, {watch, Flags, Life}),
    _ = Life =:= maps:get(life, State) orelse tell(Tracer, {life_is, Life}),
    forget_seen(State#{watch := Flags, life := Life, sweeper := Sweeper, first_mode := full}).

wanted(true, none, Work, Priority, #{guard := Guard} = State) ->
    Pid = helper(Work, Priority, State),
    ov_probe_guard:mind(Guard, self(), Pid),
    Pid;
wanted(false, Pid, _, high, _) when is_pid(Pid) ->
    unlink(Pid),
    Pid ! stop,
    none;
wanted(false, Pid, _, low, _) when is_pid(Pid) ->
    unlink(Pid),
    exit(Pid, kill),
    none;
wanted(_, Pid, _, _, _) ->
    Pid.

%% ---- tracing --------------------------------------------------------------------------------

%% The tracer is there from the first request to the end of the last trace.
traced(Name, Args, From, Ms, State) ->
    #{tracer := Tracer, asked := Asked, guard := Guard, to := To, traces := Traces} = Next =
        with_tracer(State),
    Context = #{guard => Guard, to => To},
    Kept = case Args of
               #{id := Id} -> Traces#{Id => []};
               _ -> Traces
           end,
    run(fun(_) -> ov_probe_aim:request(Name, Args, Tracer, Context) end, normal, From, Ms,
        Next#{asked := Asked + 1, traces := Kept}).

with_tracer(#{tracer := none, to := To, guard := Guard, life := Life, leaving := Old} = State) ->
    Owner = self(),
    await_exit(Old),
    Tracer = spawn_opt(fun() -> ov_probe_trace:start(To, Guard, Owner, Life) end,
                       [link, {priority, high}, {message_queue_data, off_heap},
                        {min_heap_size, ?TRACER_MIN_WORDS},
                        {max_heap_size, #{size => ?TRACER_WORDS, kill => true,
                                          error_logger => false}}]),
    ov_probe_guard:mind(Guard, self(), Tracer, ?TRACER_QUEUE),
    tell(Life, {lend, Tracer}),
    State#{tracer := Tracer, leaving := none, asked := 0, traces := #{}};
with_tracer(State) ->
    State.

%% A process has one tracer: the one before has to be gone.
await_exit(none) ->
    ok;
await_exit(Old) ->
    receive {'EXIT', Old, _} -> ok
    after 1000 -> ok
    end.

no_tracer(#{tracer := Tracer} = State) ->
    Tracer ! stop,
    State#{tracer := none, leaving := Tracer, session := none, traces := #{}}.

%% It drowned: that its traces have ended is all that can be said; what was on its way is not known.
lost_tracer(#{to := To, life := Life, traces := Traces} = State) ->
    Meter = #{level => <<"off">>, generated => 0, sent => 0, dropped => 0, paused_ns => 0, queue => 0,
              events_per_s => 0, cost_ppm => 0},
    lists:foreach(fun(Id) ->
                          erlang:send(To, {ov_trace_end, self(), 0, Id,
                                           ov_probe_record:system_ns(),
                                           {<<"overloaded">>, Meter}}, [nosuspend, noconnect])
                  end, maps:keys(Traces)),
    tell(Life, {lend, none}),
    State#{tracer := none, session := none, traces := #{}}.
