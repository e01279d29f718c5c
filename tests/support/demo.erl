%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% A supervision tree that stands still, with everything in it that is awkward to draw: each strategy,
%% children that are undefined, ids that are terms, names in Unicode, a plain supervisor bridge, and
%% processes outside of any tree.  OTP 23 to 29.
-module(demo).
-behaviour(supervisor).
-behaviour(gen_server).

-export([start/0, start_link/1, worker/1, plain/0, supervisor/1]).
-export([init/1, handle_call/3, handle_cast/2]).

-define(CROWD, 25).

start() ->
    Keys = [{description, "demo"}, {vsn, "1"}, {modules, [demo]}, {registered, []}, {applications, [kernel, stdlib]},
            {mod, {demo_app, []}}],
    ok = make_callback(),
    ok = application:load({application, demo, Keys}),
    ok = application:start(demo),
    [{ok, _} = supervisor:start_child(demo_crowd, [{worker, N}]) || N <- lists:seq(1, ?CROWD)],
    ok = supervisor:terminate_child(demo_all, gone),
    true = register(demo_ready, spawn(fun outsider/0)),
    ok.

%% Outside of any tree, and with a process of its own.
outsider() ->
    spawn_link(fun wait/0),
    wait().

wait() ->
    receive stop -> ok end.

%% An application needs a module of its own; it is small enough to be made here.
make_callback() ->
    Forms = [{attribute, 1, module, demo_app},
             {attribute, 1, export, [{start, 2}, {stop, 1}]},
             {function, 1, start, 2, [{clause, 1, [{var, 1, '_'}, {var, 1, '_'}], [],
                 [{call, 1, {remote, 1, {atom, 1, demo}, {atom, 1, supervisor}}, [{atom, 1, demo_sup}]}]}]},
             {function, 1, stop, 1, [{clause, 1, [{var, 1, '_'}], [], [{atom, 1, ok}]}]}],
    {ok, demo_app, Binary} = compile:forms(Forms),
    {module, demo_app} = code:load_binary(demo_app, "demo_app", Binary),
    ok.

supervisor(Name) ->
    supervisor:start_link({local, Name}, ?MODULE, {supervisor, Name}).

start_link(Argument) ->
    gen_server:start_link(?MODULE, {worker, Argument}, []).

worker(Name) ->
    gen_server:start_link({local, Name}, ?MODULE, {worker, Name}, []).

plain() ->
    {ok, proc_lib:spawn_link(fun wait/0)}.

init({worker, Argument}) ->
    case erlang:function_exported(proc_lib, set_label, 1) of
        true -> apply(proc_lib, set_label, [{demo, Argument}]);
        false -> ok
    end,
    {ok, Argument};
init({supervisor, demo_sup}) ->
    {ok, {#{strategy => one_for_one, intensity => 3, period => 7},
          [sup(demo_all), sup(demo_rest), sup(demo_crowd), sup(demo_empty), unicode()]}};
init({supervisor, demo_all}) ->
    {ok, {#{strategy => one_for_all}, [work(first, permanent), work({a, "term", 1}, transient), work(gone, permanent)]}};
init({supervisor, demo_rest}) ->
    {ok, {#{strategy => rest_for_one}, [work(<<"binary">>, temporary), #{id => plain, start => {?MODULE, plain, []}}]}};
init({supervisor, demo_crowd}) ->
    {ok, {#{strategy => simple_one_for_one}, [#{id => any, start => {?MODULE, start_link, []}, restart => temporary}]}};
init({supervisor, demo_empty}) ->
    {ok, {#{}, []}}.

sup(Name) ->
    #{id => Name, start => {?MODULE, supervisor, [Name]}, type => supervisor}.

work(Id, Restart) ->
    #{id => Id, start => {?MODULE, start_link, [Id]}, restart => Restart}.

%% A registered name that is not ASCII.
unicode() ->
    Name = list_to_atom([16#e9, 16#3bb, 16#6f22]),
    #{id => Name, start => {?MODULE, worker, [Name]}}.

handle_call(_Request, _From, State) ->
    {reply, State, State}.

handle_cast(_Message, State) ->
    {noreply, State}.
