%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% A busy node: five applications whose gen_servers call and cast to each other at a given rate, along
%% edges that are the same in each run.  One of them, mail_sender, is slower than what it is sent, and
%% billing_ledger crashes now and then under rest_for_one.  OTP 23 to 29.
%%
%%   busy:start(#{processes => 300, rate => 2000, crashes_ms => 5000})
-module(busy).
-behaviour(application).

-export([start/1, start/2, stop/1, sup/2, worker/2]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-define(APPLICATIONS, [web, orders, billing, stock, mail]).
-define(PER_GROUP, 12).

start(Options) ->
    persistent_term:put(?MODULE, maps:merge(#{processes => 300, rate => 2000, crashes_ms => 0}, Options)),
    [ok = start_application(Name) || Name <- ?APPLICATIONS],
    Workers = list_to_tuple([Pid || Name <- ?APPLICATIONS, Pid <- workers(Name)]),
    rand:seed(exsss, {1, 2, 3}),
    Tick = max(1, tuple_size(Workers) * 1000 div option(rate)),
    [gen_server:cast(element(N, Workers), {peers, peers(N, Workers), Tick}) || N <- lists:seq(1, tuple_size(Workers))],
    register(busy_ready, spawn(fun() -> receive stop -> ok end end)),
    tuple_size(Workers).

option(Name) -> maps:get(Name, persistent_term:get(?MODULE)).

start_application(Name) ->
    Keys = [{description, "busy"}, {vsn, "1"}, {modules, [?MODULE]}, {registered, []},
            {applications, [kernel, stdlib]}, {mod, {?MODULE, Name}}],
    ok = application:load({application, Name, Keys}),
    application:start(Name).

%% Mostly in the same group, some to the next application, all to a few hubs.
peers(N, Workers) ->
    Size = tuple_size(Workers),
    Near = [element((N + K - 1) rem Size + 1, Workers) || K <- [1, rand:uniform(?PER_GROUP)]],
    Far = element((N + Size div length(?APPLICATIONS) - 1) rem Size + 1, Workers),
    Hub = lists:nth(rand:uniform(3), [orders_router, stock_cache, mail_sender]),
    list_to_tuple(Near ++ [Far, Hub]).

start(_, Name) -> sup(Name, top).

stop(_) -> ok.

sup(Name, Kind) -> supervisor:start_link({local, sup_name(Name, Kind)}, ?MODULE, {sup, Name, Kind}).

sup_name(Name, top) -> join([Name, sup]);
sup_name(Name, Group) -> join([Name, group, Group]).

join(Words) ->
    list_to_atom(lists:flatten(lists:join("_", [io_lib:format("~p", [Word]) || Word <- Words]))).

worker(none, Id) -> gen_server:start_link(?MODULE, {worker, Id}, []);
worker(Name, Id) -> gen_server:start_link({local, Name}, ?MODULE, {worker, Id}, []).

workers(Name) ->
    [Pid || {_, Group, supervisor, _} <- supervisor:which_children(sup_name(Name, top)),
            {_, Pid, worker, _} <- supervisor:which_children(Group)].

init({sup, Name, top}) ->
    Count = max(1, option(processes) div (length(?APPLICATIONS) * ?PER_GROUP)),
    {ok, {#{strategy => one_for_one, intensity => 1000, period => 1},
          [#{id => Group, start => {?MODULE, sup, [Name, Group]}, type => supervisor} || Group <- lists:seq(1, Count)]
          ++ [worker_spec(Special, Special) || Special <- specials(Name)]}};
init({sup, Name, Group}) ->
    {ok, {#{strategy => rest_for_one, intensity => 1000, period => 1},
          [worker_spec(none, {Name, Group, N}) || N <- lists:seq(1, ?PER_GROUP)]}};
init({worker, Id}) ->
    case Id =:= billing_ledger andalso option(crashes_ms) of
        Ms when is_integer(Ms), Ms > 0 -> erlang:send_after(Ms, self(), crash);
        _ -> ok
    end,
    {ok, #{id => Id, peers => {}, tick => 1000, n => 0}}.

specials(orders) -> [orders_router];
specials(stock) -> [stock_cache];
specials(mail) -> [mail_sender];
specials(billing) -> [billing_ledger];
specials(_) -> [].

worker_spec(Name, Id) -> #{id => Id, start => {?MODULE, worker, [Name, Id]}}.

handle_call({add, Item, Amount}, _, #{n := N} = State) ->
    {reply, {ok, {Item, Amount + N}}, State#{n := N + 1}};
handle_call(Other, _, State) ->
    {reply, {error, Other}, State}.

handle_cast({peers, Peers, Tick}, State) ->
    {noreply, again(State#{peers := Peers, tick := Tick})};
handle_cast({deliver, _}, #{id := mail_sender} = State) ->
    {noreply, wait(max(1, 25000 div option(rate)), State)};
handle_cast({deliver, _}, #{n := N} = State) ->
    {noreply, State#{n := N + 1}}.

handle_info(tick, #{peers := Peers, id := Id, n := N} = State) ->
    To = element(N rem tuple_size(Peers) + 1, Peers),
    case N rem 3 of
        0 -> catch gen_server:call(To, {add, <<"tea">>, N}, 50);
        _ -> gen_server:cast(To, {deliver, {Id, N}})
    end,
    {noreply, again(State#{n := N + 1})};
handle_info(crash, State) ->
    {stop, {ledger_out_of_balance, 17}, State};
handle_info(_, State) ->
    {noreply, State}.

again(#{tick := Tick} = State) ->
    erlang:send_after(rand:uniform(2 * Tick), self(), tick),
    State.

%% Slow without taking a core.
wait(Ms, State) ->
    receive never -> State after Ms -> State end.
