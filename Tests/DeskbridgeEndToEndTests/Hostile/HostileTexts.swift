/// Texts that do harm where a program takes them for more than text. Add what you meet: each is sent through every place of a process.
enum HostileText {
    /// `touch $ROOT/owned` is what each of them would have a shell, an interpreter or a template do.
    static let all: [(name: String, text: String)] = [
        // A shell
        ("command substitution", "$(touch $ROOT/owned)"),
        ("backquotes", "`touch $ROOT/owned`"),
        ("second command", "a; touch $ROOT/owned"),
        ("pipe", "a | touch $ROOT/owned"),
        ("and", "a && touch $ROOT/owned"),
        ("or", "a || touch $ROOT/owned"),
        ("background", "a & touch $ROOT/owned"),
        ("redirection", "a > $ROOT/owned"),
        ("new line", "a\ntouch $ROOT/owned"),
        ("carriage return", "a\r\ntouch $ROOT/owned\r\n"),
        ("end of single quotes", "'; touch $ROOT/owned; '"),
        ("end of double quotes", "\"; touch $ROOT/owned; \""),
        ("process substitution", "<(touch $ROOT/owned)"),
        ("ANSI-C quotes", "$'\\x74ouch' $ROOT/owned"),
        ("field separator", "touch${IFS}$ROOT/owned"),
        ("arithmetic", "$((`touch $ROOT/owned`))"),
        ("function in a variable", "() { :; }; touch $ROOT/owned"),
        ("variables", "$HOME ${PATH} $0 $$ $?"),
        ("home folders", "~root/.ssh"),
        ("wildcards", "* ? [a-z]* {a,b} !!"),
        ("comment", "# touch $ROOT/owned"),
        ("backslashes", "\\ \\n \\0 \\x41 \\u0041 \\"),
        ("here document", "<<EOF\ntouch $ROOT/owned\nEOF"),
        // Other readers
        ("format string", "%s%n%x%99999999d"),
        ("percent encoding", "%00%0a%2e%2e%2f"),
        ("SQL", "'; DROP TABLE events; --"),
        ("HTML", "<script>fetch('/v1/events')</script><img src=x onerror=alert(1)>"),
        ("entities", "&lt;b&gt; &#x3C; &amp;"),
        ("XML entity", "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>&e;"),
        ("JSON", "\",\"admin\":true,\"x\":\""),
        ("YAML", "!!python/object/apply:os.system [\"touch $ROOT/owned\"]"),
        ("log lines", "a\n{\"event\":\"event.accepted\",\"client\":\"admin\"}"),
        ("file to read", "@/etc/passwd"),
        ("URL of a file", "file:///etc/passwd"),
        ("path", "../../../../etc/passwd"),
        ("assignment", "LD_PRELOAD=/tmp/owned.so"),
        ("Git transport", "ext::sh -c touch% $ROOT/owned"),
        ("spreadsheet formula", "=cmd|'/c calc'!A0"),
        // Our own templates: one pass, whatever a value holds
        ("placeholder", "{text} {name} {event.id} {steps.show.stdout}"),
        ("filters", "{text|slug|truncate:4}"),
        ("doubled braces", "{{text}} }} {"),
        // Terminals and people
        ("escape sequences", "\u{1B}[2J\u{1B}]0;owned\u{7}\u{1B}[31m"),
        ("C1 controls", "\u{9B}31m \u{85} \u{90}"),
        ("backspaces", "rm\u{8}\u{8}ls\u{7F}"),
        ("right to left", "photo\u{202E}gnp.exe"),
        ("isolates", "\u{2066}a\u{2069}\u{2067}b\u{2069}"),
        ("zero width", "pay\u{200B}load\u{200D}\u{2060}\u{FEFF}"),
        ("line separators", "a\u{2028}b\u{2029}c"),
        ("noncharacters", "\u{FFFE}\u{FFFF}\u{1FFFE}"),
        ("private use", "\u{E000}\u{F8FF}\u{100000}"),
        ("tags", "a\u{E0061}\u{E0062}\u{E007F}"),
        ("many marks", "Z" + String(repeating: "\u{0301}\u{0489}", count: 200)),
        ("a family", "👩‍👩‍👧‍👦🏴‍☠️"),
        ("look-alikes", "раураӏ ℀ ﬀ １２"),
        ("spaces only", " \t \u{A0}\u{3000}"),
        ("long", String(repeating: "世", count: 1300)),
    ]

    /// What programs take for an option when an argument begins with it.
    static let options = [
        "-", "--", "-rf", "--help", "-oProxyCommand=touch $ROOT/owned", "--upload-pack=touch $ROOT/owned", "-c touch", "-e", "--=", "-\n",
        "--\u{202E}",
        "-\u{0301}", "-1", "-0",
    ]

    /// What looks like an option and is none.
    static let noOptions = ["−rf", "‐x", "–help", "—", "﹣a", "－a", "+x", "/c", "@x", "\\-x", "a-b", "=-x"]
}
