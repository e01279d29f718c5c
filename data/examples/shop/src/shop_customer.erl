%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% A customer: takes a cart, looks around, puts things into it, orders, waits for the parcel, and
%% leaves, or begins again. Leaving is a normal end, so a transient child is not restarted.
-module(shop_customer).
-behaviour(gen_server).

-export([start_link/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-define(THINK_MS, 2000).
-define(ARTICLES_MAX, 5).

-record(customer, {number, cart, wishes, order, monitor}).

start_link(Number) ->
    gen_server:start_link({via, shop_directory, {customer, Number}}, ?MODULE, Number, []).

init(Number) ->
    shop_label:set({customer, Number}),
    {ok, enter(#customer{number = Number})}.

handle_call(wishes, _From, #customer{wishes = Wishes} = Customer) ->
    {reply, Wishes, Customer}.

handle_cast(_Message, Customer) ->
    {noreply, Customer}.

handle_info(decide, #customer{wishes = 0} = Customer) ->
    {noreply, order(Customer)};
handle_info(decide, #customer{cart = Cart, wishes = Wishes} = Customer) ->
    shop_cart:put(Cart, shop_catalogue:pick()),
    think(),
    {noreply, Customer#customer{wishes = Wishes - 1}};
handle_info({delivered, Order}, #customer{order = Order} = Customer) ->
    demonitor(Customer#customer.monitor, [flush]),
    case rand:uniform(5) of
        1 -> {stop, normal, Customer};
        _ -> {noreply, enter(Customer)}
    end;
%% The order was lost. A customer with patience begins again.
handle_info({'DOWN', Monitor, process, _Order, _Reason}, #customer{monitor = Monitor} = Customer) ->
    {noreply, enter(Customer)}.

%% The link makes the cart go when its customer goes.
enter(#customer{number = Number} = Customer) ->
    {ok, Cart} = shop_crowd_sup:add(shop_cart_sup, Number),
    link(Cart),
    think(),
    Customer#customer{cart = Cart, wishes = rand:uniform(?ARTICLES_MAX), order = undefined}.

order(#customer{cart = Cart} = Customer) ->
    Order = erlang:unique_integer([positive]),
    Articles = shop_cart:empty(Cart),
    {ok, Pid} = shop_order_sup:start_order(Order, self(), Articles),
    Customer#customer{cart = undefined, order = Order, monitor = monitor(process, Pid)}.

think() ->
    erlang:send_after(rand:uniform(?THINK_MS), self(), decide).
