%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% Processes that do exactly what they are told, for tests and benchmarks of tracing: message counts are
%% known beforehand.  OTP 23 to 29.
-module(ov_talk).
-behaviour(gen_server).
-export([start/1, stop/1, tree/1, start_worker/1, add/2, fail/1]).
-export([prepare/2, go/0, null_trace/1, null_stop/0, flood/2]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

%% ---- one server, by name --------------------------------------------------------------------

start(Name) ->
    Self = self(),
    Pid = spawn(fun() ->
                        {ok, Server} = gen_server:start_link({local, Name}, ?MODULE, server, []),
                        Self ! {self(), Server},
                        receive stop -> ok end
                end),
    receive {Pid, Server} -> Server end.

stop(Name) ->
    Pid = whereis(Name),
    Mon = monitor(process, Pid),
    exit(Pid, kill),
    receive {'DOWN', Mon, _, _, _} -> ok end.

init(server) -> {ok, 0};
init({tree, Names}) ->
    {ok, {#{strategy => one_for_one, intensity => 100, period => 1},
          [#{id => Name, start => {?MODULE, start_worker, [Name]}} || Name <- Names]}}.

start_worker(Name) -> gen_server:start_link({local, Name}, ?MODULE, server, []).

tree(Names) ->
    Self = self(),
    spawn(fun() ->
                  {ok, Sup} = supervisor:start_link({local, ov_talk_sup}, ?MODULE, {tree, Names}),
                  Self ! {tree, Sup},
                  receive stop -> ok end
          end),
    receive {tree, Sup} -> Sup end.

handle_call({add, A, B}, _, N) -> {reply, ?MODULE:add(A, B), N + 1};
handle_call({fail, What}, _, N) -> {reply, (catch ?MODULE:fail(What)), N};
handle_call(count, _, N) -> {reply, N, N};
handle_call({large, Size}, _, N) -> {reply, lists:seq(1, Size), N}.

handle_cast({tell, Pid, What}, N) -> Pid ! What, {noreply, N};
handle_cast(_, N) -> {noreply, N + 1}.

handle_info(_, N) -> {noreply, N + 1}.

add(A, B) -> A + B.

fail(What) -> error(What).

%% ---- loads ----------------------------------------------------------------------------------

%% A load that waits: its processes as {Id, Serial}.  One at a time, held by a registered process.
prepare(Load, N) ->
    Self = self(),
    Holder = spawn(fun() -> hold(Load, N, Self) end),
    receive {Holder, Pids} -> [id(Pid) || Pid <- Pids] end.

id(Pid) ->
    {ok, [Id, Serial], _} = io_lib:fread("<0.~d.~d>", pid_to_list(Pid)),
    {Id, Serial}.

hold(Load, N, Owner) ->
    register(ov_talk_load, self()),
    {Pids, Fun} = load(Load, N),
    {Driver, Mon} = run(Fun),
    put(pids, [Driver | Pids]),
    Owner ! {self(), [Driver | Pids]},
    held(Driver, Mon, Pids).

held(Driver, Mon, Pids) ->
    receive
        {null, From} ->
            Tracer = spawn_opt(fun null/0, [{priority, high}, {message_queue_data, off_heap}]),
            Flags = [send, 'receive', monotonic_timestamp, {tracer, Tracer}],
            [erlang:trace(Pid, true, Flags) || Pid <- [Driver | Pids]],
            register(ov_talk_null, Tracer),
            From ! {self(), ok},
            held(Driver, Mon, Pids);
        {go, From} ->
            Ns = speed({Driver, Mon}),
            Ref = erlang:trace_delivered(all),
            receive {trace_delivered, all, Ref} -> ok end,
            From ! {self(), Ns}
    end.

load(ping_pong, N) -> pairs(1, N);
load(ring, N) -> ring(10, N div 10);
load(gen_server, N) -> calls(1, N).

%% How long it took, ns.
go() -> ask(go).

null_trace(_) -> ask(null).

%% How many it got.
null_stop() ->
    ov_talk_null ! {stop, self()},
    receive {null, N} -> N end.

ask(What) ->
    Holder = whereis(ov_talk_load),
    Mon = monitor(process, Holder),
    Holder ! {What, self()},
    receive
        {Holder, Answer} -> demonitor(Mon, [flush]), Answer;
        {'DOWN', Mon, _, _, Reason} -> exit(Reason)
    end.

%% Two processes, N round trips.
ping(Pong, N) ->
    Pong ! {ping, self(), N},
    receive {pong, N} when N > 1 -> ping(Pong, N - 1); {pong, N} -> ok end.

pong(Stop) ->
    receive
        {ping, From, N} -> From ! {pong, N}, pong(Stop);
        Stop -> ok
    end.

run(Fun) ->
    Self = self(),
    {Pid, Mon} = spawn_monitor(fun() ->
                                       receive go -> ok end,
                                       Start = erlang:monotonic_time(nanosecond),
                                       Fun(),
                                       Self ! {took, self(), erlang:monotonic_time(nanosecond) - Start}
                               end),
    {Pid, Mon}.

speed({Pid, Mon}) ->
    Pid ! go,
    receive
        {took, Pid, Ns} -> demonitor(Mon, [flush]), Ns;
        {'DOWN', Mon, _, _, Reason} -> exit(Reason)
    end.

%% {Processes, Fun}: who takes part besides the one that runs the fun.
pairs(1, N) ->
    Pong = spawn(fun() -> pong(stop) end),
    {[Pong], fun() -> ping(Pong, N), Pong ! stop end}.

ring(Size, Rounds) ->
    Nodes = [spawn(fun ring_node/0) || _ <- lists:seq(1, Size)],
    [A ! {next, B} || {A, B} <- lists:zip(Nodes, tl(Nodes) ++ [hd(Nodes)])],
    {Nodes, fun() ->
                    hd(Nodes) ! {token, self(), Size * Rounds},
                    receive done -> ok end,
                    [Pid ! stop || Pid <- Nodes]
            end}.

ring_node() -> receive {next, Next} -> ring_node(Next) end.

ring_node(Next) ->
    receive
        {token, From, 0} -> From ! done, ring_node(Next);
        {token, From, N} -> Next ! {token, From, N - 1}, ring_node(Next);
        stop -> ok
    end.

calls(_, N) ->
    {ok, Server} = gen_server:start(?MODULE, server, []),
    {[Server], fun() -> call(Server, N), gen_server:stop(Server) end}.

call(_, 0) -> ok;
call(Server, N) -> gen_server:call(Server, count), call(Server, N - 1).

%% As many pairs that send to each other for ever; each tells how many round trips it made.
flood(Pairs, Ms) ->
    Self = self(),
    Pids = [spawn(fun() -> flooder(Self, Ms) end) || _ <- lists:seq(1, Pairs)],
    lists:sum([receive {made, Pid, N} -> N end || Pid <- Pids]).

flooder(Owner, Ms) ->
    Pong = spawn_link(fun() -> pong(stop) end),
    Until = erlang:monotonic_time(millisecond) + Ms,
    flooding(Owner, Pong, Until, 0).

flooding(Owner, Pong, Until, N) ->
    ping(Pong, 100),
    case erlang:monotonic_time(millisecond) < Until of
        true -> flooding(Owner, Pong, Until, N + 100);
        false -> Pong ! stop, Owner ! {made, self(), N + 100}
    end.

%% ---- the null tracer ------------------------------------------------------------------------

%% Receives and forgets, and can say how many there were.
null() -> null(0).

null(N) ->
    receive
        {stop, From} -> From ! {null, N};
        _ -> null(N + 1)
    end.
