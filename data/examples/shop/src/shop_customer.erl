%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% A customer: takes a cart, looks around for a while, orders, waits for the parcel, and leaves or
%% begins again. Leaving is a normal end, so a transient child is not restarted.
-module(shop_customer).
-behaviour(gen_server).

-export([start_link/1, sale/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-define(THINK_MS, 1600).
-define(LOOKS_MIN, 30).
-define(LOOKS_MAX, 80).
-define(ONE_IN_LIKED, 5).
-define(ONE_IN_LEAVES, 5).

-record(customer, {number, cart, looks, order, monitor}).

start_link(Number) ->
    gen_server:start_link({via, shop_directory, {customer, Number}}, ?MODULE, Number, []).

%% There is a sale: who is still looking around orders now.
sale(Customer) ->
    gen_server:cast(Customer, sale).

%% The link makes the cart go when its customer dies.
init(Number) ->
    shop_label:set({customer, Number}),
    {ok, Cart} = shop_crowd_sup:add(shop_cart_sup, Number),
    link(Cart),
    think(),
    {ok, look_around(#customer{number = Number, cart = Cart})}.

handle_call(looks, _From, #customer{looks = Looks} = Customer) ->
    {reply, Looks, Customer}.

handle_cast(sale, #customer{order = undefined} = Customer) ->
    {noreply, Customer#customer{looks = 0}};
handle_cast(sale, Customer) ->
    {noreply, Customer}.

handle_info(decide, #customer{order = undefined, looks = 0} = Customer) ->
    think(),
    {noreply, order(Customer)};
handle_info(decide, #customer{order = undefined, looks = Looks} = Customer) ->
    look(Customer),
    think(),
    {noreply, Customer#customer{looks = Looks - 1}};
handle_info(decide, Customer) ->
    think(),
    {noreply, Customer};
handle_info({on_the_road, Order, _Km}, #customer{order = Order} = Customer) ->
    {noreply, Customer};
handle_info({delivered, Order}, #customer{order = Order, monitor = Monitor, cart = Cart} = Customer) ->
    demonitor(Monitor, [flush]),
    case rand:uniform(?ONE_IN_LEAVES) of
        1 ->
            shop_cart:give_back(Cart),
            {stop, normal, Customer};
        _ ->
            {noreply, look_around(Customer)}
    end;
%% The order was lost. A customer with patience begins again.
handle_info({'DOWN', Monitor, process, _Order, _Reason}, #customer{monitor = Monitor} = Customer) ->
    {noreply, look_around(Customer)}.

look_around(Customer) ->
    Looks = ?LOOKS_MIN + rand:uniform(?LOOKS_MAX - ?LOOKS_MIN),
    Customer#customer{looks = Looks, order = undefined, monitor = undefined}.

%% Most of what is looked at is put back.
look(#customer{cart = Cart}) ->
    Article = shop_catalogue:pick(),
    case rand:uniform(?ONE_IN_LIKED) of
        1 -> shop_cart:put(Cart, Article);
        _ -> shop_catalogue:price(Article)
    end.

order(#customer{cart = Cart} = Customer) ->
    Order = erlang:unique_integer([positive]),
    {ok, Pid} = shop_order_sup:start_order(Order, self(), shop_cart:empty(Cart)),
    Customer#customer{order = Order, monitor = monitor(process, Pid)}.

think() ->
    erlang:send_after(rand:uniform(?THINK_MS), self(), decide).
