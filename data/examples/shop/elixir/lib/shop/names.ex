# SPDX-License-Identifier: GPL-3.0-or-later
defmodule Shop.Names do
  @moduledoc """
  Names that are any term, `{:customer, 17}` say, kept by the `Registry`, and labels, which OTP
  knows from release 27.
  """

  def via(name), do: {:via, Registry, {Shop.Registry, name}}

  @doc "Every process with a name `{kind, _}`."
  def all(kind), do: Registry.select(Shop.Registry, [{{{kind, :_}, :"$1", :_}, [], [:"$1"]}])

  def label(label) do
    if function_exported?(:proc_lib, :set_label, 1), do: apply(:proc_lib, :set_label, [label])
    :ok
  end
end
