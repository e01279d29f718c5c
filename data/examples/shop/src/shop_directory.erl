%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% Who is who: finds a process by a name that is any term, {customer, 17} say.
%%
%% It is written to be used as {via, shop_directory, Name}, wherever OTP takes a name. The table
%% belongs to this process and dies with it; looking a name up reads the table without
%% asking the process.
-module(shop_directory).
-behaviour(gen_server).

-export([start_link/0, all/1]).
-export([register_name/2, unregister_name/1, whereis_name/1, send/2]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-define(TABLE, ?MODULE).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% Every process with a name {Kind, _}.
all(Kind) ->
    ets:select(?TABLE, [{{{Kind, '_'}, '$1', '_'}, [], ['$1']}]).

register_name(Name, Pid) ->
    gen_server:call(?MODULE, {register, Name, Pid}).

unregister_name(Name) ->
    gen_server:call(?MODULE, {unregister, Name}).

whereis_name(Name) ->
    case ets:lookup(?TABLE, Name) of
        [{Name, Pid, _Monitor}] -> Pid;
        [] -> undefined
    end.

send(Name, Message) ->
    case whereis_name(Name) of
        undefined -> exit({badarg, {Name, Message}});
        Pid -> Pid ! Message, Pid
    end.

init([]) ->
    ?TABLE = ets:new(?TABLE, [named_table, protected, {read_concurrency, true}]),
    {ok, #{}}.

%% The state maps each monitor to the name it guards.
handle_call({register, Name, Pid}, _From, Names) ->
    case whereis_name(Name) of
        undefined ->
            Monitor = monitor(process, Pid),
            ets:insert(?TABLE, {Name, Pid, Monitor}),
            {reply, yes, Names#{Monitor => Name}};
        _Taken ->
            {reply, no, Names}
    end;
handle_call({unregister, Name}, _From, Names) ->
    case ets:take(?TABLE, Name) of
        [{Name, _Pid, Monitor}] ->
            demonitor(Monitor, [flush]),
            {reply, ok, maps:remove(Monitor, Names)};
        [] ->
            {reply, ok, Names}
    end.

handle_cast(_Message, Names) ->
    {noreply, Names}.

handle_info({'DOWN', Monitor, process, _Pid, _Reason}, Names) ->
    {Name, Others} = maps:take(Monitor, Names),
    ets:delete(?TABLE, Name),
    {noreply, Others}.
