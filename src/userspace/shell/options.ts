/** Options of `set` and `shopt`: their names, letters and defaults. Those that mean nothing here are kept and shown, as bash does. */

const SET_OPTIONS: readonly (readonly [name: string, letter: string, initially: boolean])[] = [
  ["allexport", "a", false],
  ["braceexpand", "B", true],
  ["emacs", "", false],
  ["errexit", "e", false],
  ["errtrace", "E", false],
  ["functrace", "T", false],
  ["hashall", "h", true],
  ["histexpand", "H", false],
  ["history", "", false],
  ["ignoreeof", "", false],
  ["interactive-comments", "", true],
  ["keyword", "k", false],
  ["monitor", "m", false],
  ["noclobber", "C", false],
  ["noexec", "n", false],
  ["noglob", "f", false],
  ["nolog", "", false],
  ["notify", "b", false],
  ["nounset", "u", false],
  ["onecmd", "t", false],
  ["physical", "P", false],
  ["pipefail", "", false],
  ["posix", "", false],
  ["privileged", "p", false],
  ["verbose", "v", false],
  ["vi", "", false],
  ["xtrace", "x", false],
];

const SHOPT_OPTIONS: readonly (readonly [name: string, initially: boolean])[] = [
  ["autocd", false],
  ["assoc_expand_once", false],
  ["cdable_vars", false],
  ["cdspell", false],
  ["checkhash", false],
  ["checkjobs", false],
  ["checkwinsize", true],
  ["cmdhist", true],
  ["compat31", false],
  ["compat32", false],
  ["compat40", false],
  ["compat41", false],
  ["compat42", false],
  ["compat43", false],
  ["compat44", false],
  ["complete_fullquote", true],
  ["direxpand", false],
  ["dirspell", false],
  ["dotglob", false],
  ["execfail", false],
  ["expand_aliases", false],
  ["extdebug", false],
  ["extglob", false],
  ["extquote", true],
  ["failglob", false],
  ["force_fignore", true],
  ["globasciiranges", true],
  ["globskipdots", true],
  ["globstar", false],
  ["gnu_errfmt", false],
  ["histappend", false],
  ["histreedit", false],
  ["histverify", false],
  ["hostcomplete", true],
  ["huponexit", false],
  ["inherit_errexit", false],
  ["interactive_comments", true],
  ["lastpipe", false],
  ["lithist", false],
  ["localvar_inherit", false],
  ["localvar_unset", false],
  ["login_shell", false],
  ["mailwarn", false],
  ["no_empty_cmd_completion", false],
  ["nocaseglob", false],
  ["nocasematch", false],
  ["noexpand_translation", false],
  ["nullglob", false],
  ["patsub_replacement", true],
  ["progcomp", true],
  ["progcomp_alias", false],
  ["promptvars", true],
  ["restricted_shell", false],
  ["shift_verbose", false],
  ["sourcepath", true],
  ["varredir_close", false],
  ["xpg_echo", false],
];

/** Letters in the order in which $- shows them. */
const LETTERS_SHOWN = "abefhkmnptuvxBCEHPT";

export class Options {
  errexit = false;
  nounset = false;
  xtrace = false;
  noglob = false;
  noexec = false;
  pipefail = false;
  /** Not changed but replaced: forked shells share them. */
  private on: ReadonlySet<string>;
  private shopts: ReadonlySet<string>;

  constructor(from?: Options) {
    this.on = from?.on ?? new Set(SET_OPTIONS.filter(([, , initially]) => initially).map(([name]) => name));
    this.shopts = from?.shopts ?? new Set(SHOPT_OPTIONS.filter(([, initially]) => initially).map(([name]) => name));
    this.refresh();
  }

  get(name: string): boolean {
    return this.on.has(name);
  }

  set(name: string, on: boolean): void {
    this.on = changed(this.on, name, on);
    if (on && (name === "vi" || name === "emacs")) this.on = changed(this.on, name === "vi" ? "emacs" : "vi", false);
    if (name === "posix" && on) for (const shopt of ["inherit_errexit", "expand_aliases"]) this.setShopt(shopt, true);
    this.refresh();
  }

  /** What is on now, to be put back later. */
  snapshot(): ReadonlySet<string> {
    return this.on;
  }

  restore(snapshot: ReadonlySet<string>): void {
    this.on = snapshot;
    this.refresh();
  }

  shopt(name: string): boolean {
    return this.shopts.has(name);
  }

  /** BASHOPTS */
  shoptsOn(): readonly string[] {
    return [...this.shopts].sort();
  }

  /** extdebug brings the inheritance of traps with it. */
  setShopt(name: string, on: boolean): void {
    this.shopts = changed(this.shopts, name, on);
    if (name === "extdebug") for (const option of ["errtrace", "functrace"]) this.set(option, on);
  }

  /** $-, without what says how the shell was started. */
  letters(interactive: boolean): string {
    let letters = "";
    for (const letter of LETTERS_SHOWN) {
      if (letter === "k" && interactive) letters += "i";
      const name = optionOfLetter(letter);
      if (name !== undefined && this.on.has(name)) letters += letter;
    }
    return letters;
  }

  /** SHELLOPTS */
  names(): string {
    return [...this.on].sort().join(":");
  }

  private refresh(): void {
    this.errexit = this.on.has("errexit");
    this.nounset = this.on.has("nounset");
    this.xtrace = this.on.has("xtrace");
    this.noglob = this.on.has("noglob");
    this.noexec = this.on.has("noexec");
    this.pipefail = this.on.has("pipefail");
  }
}

function changed(set: ReadonlySet<string>, name: string, on: boolean): ReadonlySet<string> {
  const copy = new Set(set);
  if (on) copy.add(name);
  else copy.delete(name);
  return copy;
}

export function optionOfLetter(letter: string): string | undefined {
  return SET_OPTIONS.find(([, candidate]) => candidate !== "" && candidate === letter)?.[0];
}

export function setOptionNames(): readonly string[] {
  return SET_OPTIONS.map(([name]) => name);
}

export function shoptNames(): readonly string[] {
  return SHOPT_OPTIONS.map(([name]) => name);
}
