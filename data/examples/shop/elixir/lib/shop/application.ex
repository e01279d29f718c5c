# SPDX-License-Identifier: GPL-3.0-or-later
defmodule Shop.Application do
  @moduledoc """
  The shop, and the order in which its parts depend on each other.

  `:rest_for_one`: whatever stands below a part that dies is restarted with it. Everything needs the
  registry, so the registry comes first; nothing needs the door, so the door comes last.
  """
  use Application

  @impl true
  def start(_type, _arguments) do
    children = [
      {Registry, keys: :unique, name: Shop.Registry},
      Shop.Figures,
      {Task.Supervisor, name: Shop.Tasks},
      Shop.Warehouse,
      Shop.Payments,
      {PartitionSupervisor, child_spec: DynamicSupervisor, name: Shop.Orders, partitions: 2},
      {DynamicSupervisor, name: Shop.Carts, max_restarts: 30},
      {DynamicSupervisor, name: Shop.Customers, max_restarts: 30},
      Shop.Door
    ]

    Supervisor.start_link(children, strategy: :rest_for_one, max_restarts: 5, max_seconds: 60, name: Shop.Supervisor)
  end
end
