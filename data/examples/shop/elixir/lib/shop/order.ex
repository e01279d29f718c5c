# SPDX-License-Identifier: GPL-3.0-or-later
defmodule Shop.Order do
  @moduledoc """
  An order takes its articles, pays, is packed and delivered, and ends. The payment runs in a task of
  its own: when the bank fails, the task dies of it and the order tries again.

  Orders are spread over the partitions of a `PartitionSupervisor` by their number.
  """
  use GenServer, restart: :temporary

  @retry_ms 700
  @step_ms 2000
  @road_km 30

  def start(number, customer, articles) do
    supervisor = {:via, PartitionSupervisor, {Shop.Orders, number}}
    DynamicSupervisor.start_child(supervisor, {__MODULE__, {number, customer, articles}})
  end

  def start_link({number, _, _} = order) do
    GenServer.start_link(__MODULE__, order, name: Shop.Names.via({:order, number}))
  end

  @impl true
  def init({number, customer, articles}) do
    Shop.Names.label({:order, number})
    {:ok, %{number: number, customer: customer, articles: articles, cents: 0, payment: nil, km: @road_km}, {:continue, :take}}
  end

  @impl true
  def handle_continue(:take, order), do: {:noreply, take(order)}

  @impl true
  def handle_info(:take, order), do: {:noreply, take(order)}
  def handle_info(:pay, order), do: {:noreply, pay(order)}

  def handle_info({reference, {:ok, _receipt}}, %{payment: %Task{ref: reference}} = order) do
    Process.demonitor(reference, [:flush])
    Shop.Figures.count(:paid)
    Shop.Packer.pack(self(), order.articles)
    {:noreply, %{order | payment: nil}}
  end

  def handle_info({:DOWN, reference, :process, _pid, _reason}, %{payment: %Task{ref: reference}} = order) do
    Shop.Figures.count(:payment_failed)
    Process.send_after(self(), :pay, @retry_ms)
    {:noreply, %{order | payment: nil}}
  end

  def handle_info({:packed, _parcel}, order) do
    Process.send_after(self(), :drive, @step_ms)
    {:noreply, order}
  end

  def handle_info(:drive, %{km: km} = order) when km > 0 do
    send(order.customer, {:on_the_road, order.number, km})
    Process.send_after(self(), :drive, @step_ms)
    {:noreply, %{order | km: km - :rand.uniform(3)}}
  end

  def handle_info(:drive, order) do
    Shop.Figures.count(:delivered)
    send(order.customer, {:delivered, order.number})
    {:stop, :normal, order}
  end

  defp take(order) do
    case Shop.Stock.take(order.articles) do
      :ok ->
        cents = order.articles |> Enum.map(&Shop.Catalogue.price/1) |> Enum.sum()
        pay(%{order | cents: cents})

      :missing ->
        Process.send_after(self(), :take, @retry_ms)
        order
    end
  end

  defp pay(%{number: number, cents: cents} = order) do
    charge = fn connection -> Shop.Connection.charge(connection, number, cents) end
    task = Task.Supervisor.async_nolink(Shop.Tasks, Shop.Pool, :with_connection, [charge])
    %{order | payment: task}
  end
end
