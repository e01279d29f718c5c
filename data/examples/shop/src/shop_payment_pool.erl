%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% Lends connections: who asks gets a free one, or waits in line. Both sides are monitored: a
%% customer who dies gives the connection back, a connection that dies leaves the pool.
-module(shop_payment_pool).
-behaviour(gen_server).

-export([start_link/0, join/1, with_connection/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-record(pool, {free = [],             % connections nobody uses
               lent = #{},            % monitor of the borrower => connection
               waiting = queue:new(), % of From
               members = #{}}).       % monitor of the connection => connection

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% A connection that has just started offers itself.
join(Connection) ->
    gen_server:call(?MODULE, {join, Connection}).

%% Runs Fun(Connection), and gives the connection back whatever happens.
with_connection(Fun) ->
    {Connection, Loan} = gen_server:call(?MODULE, checkout),
    try
        Fun(Connection)
    after
        gen_server:cast(?MODULE, {checkin, Loan})
    end.

init([]) ->
    {ok, #pool{}}.

handle_call({join, Connection}, _From, #pool{free = Free, members = Members} = Pool) ->
    Monitor = monitor(process, Connection),
    {reply, ok, serve(Pool#pool{free = [Connection | Free], members = Members#{Monitor => Connection}})};
handle_call(checkout, From, #pool{waiting = Waiting} = Pool) ->
    {noreply, serve(Pool#pool{waiting = queue:in(From, Waiting)})}.

handle_cast({checkin, Loan}, Pool) ->
    demonitor(Loan, [flush]),
    {noreply, serve(take_back(Loan, Pool))}.

handle_info({'DOWN', Monitor, process, _Pid, _Reason}, #pool{members = Members, free = Free} = Pool) ->
    case maps:take(Monitor, Members) of
        {Connection, Others} -> {noreply, Pool#pool{members = Others, free = lists:delete(Connection, Free)}};
        error -> {noreply, serve(take_back(Monitor, Pool))}
    end.

%% Lends as long as somebody waits and something is free.
serve(#pool{free = [Connection | Free], waiting = Waiting, lent = Lent} = Pool) ->
    case queue:out(Waiting) of
        {{value, {Borrower, _} = From}, Others} ->
            Loan = monitor(process, Borrower),
            gen_server:reply(From, {Connection, Loan}),
            serve(Pool#pool{free = Free, waiting = Others, lent = Lent#{Loan => Connection}});
        {empty, _} ->
            Pool
    end;
serve(Pool) ->
    Pool.

%% A connection that died while it was lent is no member any more and does not come back.
take_back(Loan, #pool{lent = Lent, free = Free, members = Members} = Pool) ->
    case maps:take(Loan, Lent) of
        {Connection, Others} ->
            case lists:member(Connection, maps:values(Members)) of
                true -> Pool#pool{lent = Others, free = Free ++ [Connection]};
                false -> Pool#pool{lent = Others}
            end;
        error ->
            Pool
    end.
