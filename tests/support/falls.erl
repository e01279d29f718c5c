%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% A tree to let fall: a supervisor of each strategy over registered workers that end when told to, and a worker
%% that is linked to a helper outside of the tree.
-module(falls).
-behaviour(supervisor).
-behaviour(gen_server).
-export([start/0, supervisor/3, worker/1, end_with/2, helper/1]).
-export([init/1, handle_call/3, handle_cast/2]).

%% The tree stays when whoever asked for it ends.
start() ->
    {ok, Top} = supervisor(falls_top, {one_for_one, 5, 5},
                           [sup(falls_one, one_for_one, [a, b, c]), sup(falls_all, one_for_all, [d, e, f]),
                            sup(falls_rest, rest_for_one, [g, h, i])]),
    unlink(Top),
    ok.

sup(Name, Strategy, Ids) ->
    #{id => Name, type => supervisor,
      start => {?MODULE, supervisor, [Name, {Strategy, 2, 5}, [child(Id) || Id <- Ids]]}}.

child(Id) ->
    #{id => Id, start => {?MODULE, worker, [name(Id)]}, shutdown => 1000}.

name(Id) ->
    list_to_atom("falls_" ++ atom_to_list(Id)).

supervisor(Name, {Strategy, Intensity, Period}, Children) ->
    supervisor:start_link({local, Name}, ?MODULE,
                          {supervisor, #{strategy => Strategy, intensity => Intensity, period => Period}, Children}).

worker(Name) ->
    gen_server:start_link({local, Name}, ?MODULE, worker, []).

end_with(Name, Reason) ->
    gen_server:cast(Name, {end_with, Reason}).

%% A process that no supervisor knows, linked to the worker.
helper(Name) ->
    Worker = whereis(Name),
    Helper = spawn(fun() -> link(Worker), register(falls_helper, self()), receive {end_with, Reason} -> exit(Reason) end end),
    is_pid(Helper).

init({supervisor, Flags, Children}) -> {ok, {Flags, Children}};
init(worker) -> {ok, none}.

handle_call(_, _, State) -> {reply, ok, State}.

%% Without a report in the log.
handle_cast({end_with, Reason}, _) -> exit(Reason);
handle_cast(_, State) -> {noreply, State}.
