"""What `--install-completion` and `--show-completion` hand to zsh and fish.

Typer's own scripts fall short there: in a new zsh the first Tab does nothing, fish starts
us twice at each Tab and sorts what we put in order.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Final

_ASKS_FOR_IT: Final = ("--install-completion", "--show-completion")

_ZSH: Final = """
#compdef %(prog_name)s

%(complete_func)s() {
  eval "$(env _TYPER_COMPLETE_ARGS="${words[1,$CURRENT]}" \\
    %(autocomplete_var)s=complete_zsh %(prog_name)s)"
}

if [[ "$funcstack[1]" == "_%(prog_name)s" ]]; then
  %(complete_func)s "$@"
else
  compdef %(complete_func)s %(prog_name)s
fi
"""

_FISH: Final = """
function %(complete_func)s
  set -l offers (env %(autocomplete_var)s=complete_fish \\
    _TYPER_COMPLETE_FISH_ACTION=get-args _TYPER_COMPLETE_ARGS=(commandline -cp) %(prog_name)s)
  if string length -q -- $offers
    printf '%%s\\n' $offers
  else
    __fish_complete_path (commandline -ct)
  end
end

complete --command %(prog_name)s --no-files --keep-order --arguments '(%(complete_func)s)'
"""


def hand_out_ours() -> None:
    """Put our scripts in the place of Typer's, where this command line asks for one."""
    if any(each.partition("=")[0] in _ASKS_FOR_IT for each in sys.argv[1:2]):
        # There is no public way; where a later Typer keeps them elsewhere, its own are used.
        kept = getattr(import_module("typer._completion_shared"), "_completion_scripts", {})
        kept.update({"zsh": _ZSH, "fish": _FISH})
