import DeskbridgeCore
import Testing

struct TemplateTests {
    private func render(_ source: String, _ parameters: JSONObject = [:]) throws -> RenderedText {
        try Template(source, at: TemplateFixture.place, in: TemplateFixture.scope).render(TemplateFixture.values(parameters))
    }

    private func mistake(_ source: String) -> String? {
        do throws(DefinitionError) {
            _ = try Template(source, at: TemplateFixture.place, in: TemplateFixture.scope)
            return nil
        } catch {
            #expect(error.location == TemplateFixture.place)
            return error.message
        }
    }

    private func refusal(_ source: String, _ parameters: JSONObject = [:]) throws -> PlanError? {
        let template = try Template(source, at: TemplateFixture.place, in: TemplateFixture.scope)
        do throws(PlanError) {
            _ = try template.render(TemplateFixture.values(parameters))
            return nil
        } catch { return error }
    }

    @Test(
        arguments: [
            ("", ""), ("plain", "plain"), ("{name}", "Étude Nº 5"), ("a{shots}b", "a7b"), ("{shots}{shots}", "77"),
            ("{{", "{"), ("}}", "}"), ("{{name}}", "{name}"), ("{{{name}}}", "{Étude Nº 5}"), ("{shots}}}", "7}"), ("{{{{", "{{"),
            ("{scale}", "1.5"), ("{draft}", "true"), ("{date}", "2025-11-21T09:04:05.067Z"),
            ("{camera.model}", "Alexa"), ("{tags.0}", "a"), ("{tags.1}", "b c"), ("{rows.1.0}", "2"), ("{event.id}", "e-1"),
            ("{steps.make.path}/y", "/p/x/y"), ("{steps.call.reply.0}", "42"), ("{steps.run.json.t}", "T"),
            ("{steps.run.json.list.2}", "true"),
            ("{shots:01}", "7"), ("{shots:04}", "0007"), ("{shots:018}", "000000000000000007"), ("{steps.run.json.n:04}", "-005"),
            ("{steps.run.json.n:02}", "-5"), ("{steps.call.reply.0:04}", "0042"), ("{shots:03|truncate:2}", "00"),
            ("{date:yyyy-MM-dd}", "2025-11-21"), ("{date:HH:mm:ss.SSS}", "10:04:05.067"), ("{date:yyMMdd|lower}", "251121"),
            ("{name|slug}", "etude-n-5"), ("{name|upper}", "ÉTUDE Nº 5"), ("{name|slug|upper|truncate:3}", "ETU"),
            ("{tags|json}", "[\"a\",\"b c\"]"), ("{tags|join:, }", "a, b c"), ("{tags|join:}", "ab c"), ("{tags|join:--|slug}", "a-b-c"),
            ("{rows|json}", "[[1],[2,3]]"), ("{shots|json}", "7"), ("{name|json}", "\"Étude Nº 5\""),
            ("{date|json}", "\"2025-11-21T09:04:05.067Z\""),
            ("{user|default:nobody}", "nobody"), ("{user|default:}", ""), ("{user|default:a b:c}", "a b:c"),
            ("{user|slug|default:N N}", "N N"),
            ("{user|default:N N|slug}", "n-n"), ("{count|default:3}", "3"), ("{count:03|default:none}", "none"),
            ("{count|default:-2}", "-2"),
            ("{ratio|default:0.50}", "0.5"), ("{final|default:false}", "false"), ("{more|default:[4,5]|join:+}", "4+5"),
            ("{camera.lens|default:50mm}", "50mm"), ("{steps.maybe.path|default:none}", "none"), ("{steps.run.json.none|default:x}", "x"),
            ("{steps.run.json.absent.deep|default:x}", "x"), ("{tags.9|default:x}", "x"), ("{steps.run.json.none|json}", "null"),
            ("{steps.run.json.list|join:/}", "1/two/true"), ("{steps.run.json.o|json}", "{\"k\":null}"),
            ("{steps.run.json|truncate:1|default:x}", nil),
            ("{camera|json}", "{\"model\":\"Alexa\",\"pin\":\"0000\"}"), ("{draft|slug}", "true"), ("{scale|slug}", "1-5"),
        ] as [(String, String?)])
    func placeholdersAreFilledIn(_ source: String, text: String?) throws {
        guard let text else {
            #expect(try refusal(source) != nil)
            return
        }
        #expect(try render(source).value == text)
    }

    @Test func aValueIsNeverReadAsATemplate() throws {
        #expect(try render("<{name}>", ["name": "{shots}{{ }} } {"]).value == "<{shots}{{ }} } {>")
    }

    @Test func anEmptyValueIsLegalAndStaysEmpty() throws {
        #expect(try render("[{name}]", ["name": ""]).value == "[]")
        #expect(try render("[{user|default:x}]", ["user": ""]).value == "[]")
        #expect(try render("{tags|join:,}", ["tags": []]).value == "")
    }

    @Test func aDefaultGivesWayToAValue() throws {
        #expect(try render("{user|default:x}", ["user": "Ann"]).value == "Ann")
        #expect(try render("{user|slug|default:x|upper}", ["user": "Ann B"]).value == "ANN-B")
        #expect(try render("{count:03|default:none}", ["count": 5]).value == "005")
    }

    @Test(arguments: [
        ("{", "this { is not closed; a brace that is meant as text is written {{"),
        ("a {name", "this { is not closed; a brace that is meant as text is written {{"),
        ("a } b", "this } closes nothing; a brace that is meant as text is written }}"),
        ("{name}}", "this } closes nothing; a brace that is meant as text is written }}"),
        ("{}", "a placeholder names a field, such as {name}; a brace that is meant as text is written {{ or }}"),
        ("{|slug}", "a placeholder names a field, such as {name}; a brace that is meant as text is written {{ or }}"),
        ("{:04}", "a placeholder names a field, such as {name}; a brace that is meant as text is written {{ or }}"),
        ("{camera.}", "the path \"camera.\" lacks a name at a dot"),
        ("{.name}", "the path \".name\" lacks a name at a dot"),
        ("{ name }", "\" name \" is no path of a field, which has no spaces or braces; a brace that is meant as text is written {{ or }}"),
        (
            "{a {name}",
            "\"a {name\" is no path of a field, which has no spaces or braces; a brace that is meant as text is written {{ or }}"
        ),
        (
            "{nmae}",
            "there is no field \"nmae\". Did you mean \"name\"? The fields here are camera, count, date, draft, event, final, more, name, "
                + "ratio, rows, scale, shots, spare, steps, tags, token, user."
        ),
        ("{steps.mkae.path}", "\"steps\" has no member \"mkae\". Did you mean \"make\"? Its members are call, later, make, maybe, run."),
        ("{steps.make.zzz}", "\"steps.make\" has no member \"zzz\". Its members are path."),
        ("{name.first}", "\"name\" is a string and has no members"),
        ("{date.year}", "\"date\" is a date and has no members"),
        ("{tags.first}", "\"tags\" is an array: its elements are named by number, such as {tags.0}"),
        ("{tags.-1}", "\"tags\" is an array: its elements are named by number, such as {tags.0}"),
        ("{tags.01}", "\"tags\" is an array: its elements are named by number, such as {tags.0}"),
        ("{rows.0.x}", "\"rows.0\" is an array: its elements are named by number, such as {rows.0.0}"),
        ("{user}", "{user} may be absent: give it |default:…"),
        ("{user|slug}", "{user} may be absent: give it |default:…"),
        ("{camera.lens}", "{camera.lens} may be absent: give it |default:…"),
        ("{steps.maybe.path}", "{steps.maybe.path} may be absent: give it |default:…"),
        ("{name|default:x}", "{name} is never absent: leave |default out"),
        ("{date|default:x}", "in {date} there is a date: it takes no default in a template"),
        ("{spare|default:x|json}", "in {spare} there is an object: it takes no default in a template"),
        ("{user|default:a|default:b}", "in {user} a second default has no use"),
        ("{count|default:x}", "in {count} the default must be an integer, not \"x\""),
        ("{count|default:1.5}", "in {count} the default must be an integer, not \"1.5\""),
        ("{ratio|default:}", "in {ratio} the default must be a number, not \"\""),
        ("{final|default:yes}", "in {final} the default must be a boolean, not \"yes\""),
        ("{more|default:5|json}", "in {more} the default must be an array, not \"5\""),
        ("{tags}", "{tags} is an array: write it with |json or |join:, "),
        ("x{rows.0}", "{rows.0} is an array: write it with |json or |join:, "),
        ("{camera}", "{camera} is an object: write it with |json"),
        ("{more|default:[1]}", "{more} is an array: write it with |json or |join:, "),
        (
            "{name|slgu}",
            "in {name} there is no filter \"slgu\". Did you mean slug? The filters are default, join, json, lower, safe, slug, title, trim, truncate, upper."
        ),
        (
            "{name|}",
            "in {name} there is no filter \"\". The filters are default, join, json, lower, safe, slug, title, trim, truncate, upper."
        ),
        (
            "{name| slug}",
            "in {name} there is no filter \" slug\". Did you mean slug? The filters are default, join, json, lower, safe, slug, title, trim, truncate, upper."
        ),
        (
            "{name|replace:a}",
            "in {name} there is no filter \"replace\". The filters are default, join, json, lower, safe, slug, title, trim, truncate, upper."
        ),
        ("{name|slug:x}", "in {name} the filter slug takes no argument"),
        ("{name|lower:}", "in {name} the filter lower takes no argument"),
        ("{name|truncate}", "in {name} the filter truncate needs an argument, such as truncate:40"),
        ("{tags|join}", "in {tags} the filter join needs an argument, such as join:-"),
        ("{user|default}", "in {user} the filter default needs an argument, such as default:none"),
        ("{name|truncate:0}", "in {name} truncate takes a number of characters from 1 to 1000, not \"0\""),
        ("{name|truncate:1001}", "in {name} truncate takes a number of characters from 1 to 1000, not \"1001\""),
        ("{name|truncate:+5}", "in {name} truncate takes a number of characters from 1 to 1000, not \"+5\""),
        ("{name|truncate:}", "in {name} truncate takes a number of characters from 1 to 1000, not \"\""),
        ("{shots|lower}", "in {shots} the filter lower takes a string, not an integer"),
        ("{draft|trim}", "in {draft} the filter trim takes a string, not a boolean"),
        ("{date|title}", "in {date} the filter title takes a string, not a date"),
        ("{tags|upper}", "in {tags} the filter upper takes a string, not an array of strings"),
        ("{tags|slug}", "in {tags} the filter slug takes a string, number, boolean or date, not an array of strings"),
        ("{camera|safe}", "in {camera} the filter safe takes a string, number, boolean or date, not an object"),
        ("{name|join:,}", "in {name} the filter join takes an array of strings, numbers or booleans, not a string"),
        ("{rows|join:,}", "in {rows} the filter join takes an array of strings, numbers or booleans, not an array of arrays"),
        ("{tags|json|join:,}", "in {tags} the filter join takes an array of strings, numbers or booleans, not a string"),
        ("{name:04}", "{name} is a string and takes no format: only integers (04) and dates (yyyy-MM-dd) do"),
        ("{scale:04}", "{scale} is a number and takes no format: only integers (04) and dates (yyyy-MM-dd) do"),
        ("{tags:04}", "{tags} is an array and takes no format: only integers (04) and dates (yyyy-MM-dd) do"),
        ("{shots:4}", "\"4\" is no format for {shots}: write 0 and a width of 1 to 18, such as 04"),
        ("{shots:}", "\"\" is no format for {shots}: write 0 and a width of 1 to 18, such as 04"),
        ("{shots:00}", "\"00\" is no format for {shots}: write 0 and a width of 1 to 18, such as 04"),
        ("{shots:019}", "\"019\" is no format for {shots}: write 0 and a width of 1 to 18, such as 04"),
        ("{shots:0x}", "\"0x\" is no format for {shots}: write 0 and a width of 1 to 18, such as 04"),
        ("{shots:004}", "\"004\" is no format for {shots}: write 0 and a width of 1 to 18, such as 04"),
        ("{steps.run.json:yyyy}", "\"yyyy\" is no format for {steps.run.json}: write 0 and a width of 1 to 18, such as 04"),
        ("{date:}", "in {date} a date's format names at least one of yyyy, yy, MM, dd, HH, mm, ss and SSS"),
        ("{date:04}", "in {date} a date's format names at least one of yyyy, yy, MM, dd, HH, mm, ss and SSS"),
        ("{date:YYYY}", "in {date} a date has no \"YYYY\": write yyyy, yy, MM, dd, HH, mm, ss and SSS, and other letters between '…'"),
        ("{date:yyyy'T}", "in {date} the ' is not closed"),
    ])
    func misuseIsRefusedWhenLoaded(_ source: String, message: String) { #expect(mistake(source) == message) }

    @Test(
        arguments: [
            ("{tags.9}", .refused(.missingValue, "{tags.9} has no value")),
            ("{steps.call.reply.7}", .refused(.missingValue, "{steps.call.reply.7} has no value")),
            ("{steps.call.reply.2}", .refused(.missingValue, "{steps.call.reply.2} has no value")),
            ("{steps.run.json.nothing}", .refused(.missingValue, "{steps.run.json.nothing} has no value")),
            ("{steps.run.json.none}", .refused(.missingValue, "{steps.run.json.none} has no value")),
            ("{steps.run.json.none|lower}", .refused(.missingValue, "{steps.run.json.none} has no value")),
            ("{steps.run.json.none|slug}", .refused(.missingValue, "{steps.run.json.none} has no value")),
            ("{steps.run.json.none|join:,}", .refused(.missingValue, "{steps.run.json.none} has no value")),
            ("{steps.run.json.none:04}", .refused(.missingValue, "{steps.run.json.none} has no value")),
            ("{steps.run.json.t.deeper}", .refused(.missingValue, "{steps.run.json.t.deeper} has no value")),
            ("{steps.run.json}", .refused(.wrongType, "{steps.run.json} is an object: write it with |json")),
            ("{steps.run.json.list}", .refused(.wrongType, "{steps.run.json.list} is an array: write it with |json or |join:, ")),
            ("{steps.call.reply|join:,}", .refused(.missingValue, "an element of {steps.call.reply} has no value")),
            ("{steps.run.json.t|join:,}", .refused(.wrongType, "{steps.run.json.t} joins an array, not a string")),
            ("{steps.run.json.n|lower}", .refused(.wrongType, "{steps.run.json.n} takes a string here, not an integer")),
            ("{steps.run.json.t:04}", .refused(.wrongType, "{steps.run.json.t} must be an integer to be padded with zeros, not a string")),
            ("{name|slug}", .refused(.emptyValue, "nothing is left of {name} after the filter slug")),
            ("{name|safe}", .refused(.emptyValue, "nothing is left of {name} after the filter safe")),
            ("{steps.later.path}", .knownAfter(step: "later")),
        ] as [(String, PlanError)])
    func missingAndUnfitValuesAreRefusedWhenPlanned(_ source: String, error: PlanError) throws {
        #expect(try refusal(source, ["name": " .. "]) == error)
    }

    @Test func secretsAreUsedButNotShown() throws {
        let text = try render("--token={token} {camera.pin|truncate:2} {name|slug}")
        #expect(text.value == "--token=s3cret 00 etude-n-5")
        #expect(text.shown == "--token=<secret> <secret> etude-n-5")
        #expect(try render("{camera|json}").shown == "<secret>")
        #expect(try render("{token}", ["token": ""]).shown == "<secret>")
    }

    @Test(arguments: [
        ("{token}", true), ("x{camera.pin}", true), ("{camera|json}", true), ("{camera.model}", false), ("{name}{token}", true),
        ("token", false),
    ])
    func templatesKnowWhetherTheyNameASecret(_ source: String, namesSecret: Bool) throws {
        #expect(try Template(source, at: TemplateFixture.place, in: TemplateFixture.scope).namesSecret == namesSecret)
    }

    @Test(arguments: [
        ("{name}", true), ("a{name}", false), ("", false), ("{{{name}", false), ("{user|default:}-x", false),
        ("{user|default:}{name}", true),
    ])
    func whatCameFirstIsKnown(_ source: String, startsWithField: Bool) throws {
        #expect(try render(source).startsWithField == startsWithField)
    }

    @Test func whatATemplateHoldsIsKnown() throws {
        func template(_ source: String) throws -> Template {
            try Template(source, at: TemplateFixture.place, in: TemplateFixture.scope)
        }
        #expect(try template("{name}").onlyPlaceholder?.path == ["name"])
        #expect(try template("{name}x").onlyPlaceholder == nil)
        #expect(try template("{name}{name}").onlyPlaceholder == nil)
        #expect(try template("a{{b").literalText == "a{b")
        #expect(try template("").isLiteral)
        #expect(try !template("{name}").isLiteral)
        #expect(try template("{steps.make.path}/{name|slug}").placeholders.map(\.path) == [["steps", "make", "path"], ["name"]])
    }

    @Test(arguments: [
        ("t: \"ab {nmae}\"", "1:8"), ("t: 'ab {nmae}'", "1:8"), ("t: ab {nmae}", "1:7"), ("t: é} ", "1:5"), ("t: '🎬{'", "1:6"),
        ("t: '{name}{shots}}'", "1:18"),
        ("t: 'it''s {'", "1:4"), ("t: \"\\t{\"", "1:4"), ("t: |\n  a {", "1:4"), ("t: a\n  b {", "1:4"), ("t: \"{{ }\"", "1:8"),
    ])
    func mistakesArePlacedAtTheirCharacterWhereItCanBeTold(_ yaml: String, place: String) throws {
        let node = try YAMLParser.parse(yaml, file: "a").openMapping("t").required("t")
        let error = try #require(throws: DefinitionError.self) { _ = try Template(parsing: node, "t", in: TemplateFixture.scope) }
        #expect("\(error.location)" == "a:" + place)
    }

    /// Each quoting doubles quotes and backslashes: forty would make 10¹² of one.
    @Test func aTextIsQuotedTwiceAtMost() throws {
        #expect(try render("{name|json|json}", ["name": "\""]).value == #""\"\\\"\"""#)
        let chain = String(repeating: "|json", count: 40)
        #expect(mistake("{name\(chain)}") == "in {name} the filter json stands more than twice: each one doubles the quotes in the text")
    }

    @Test func aTextOfManyValuesIsNotMadeLongerThanTheLimit() throws {
        let value = String(repeating: "x", count: 1 << 16)
        #expect(try render(String(repeating: "{name}", count: 256), ["name": .string(value)]).value.utf8.count == Template.longestText)
        #expect(
            try refusal(String(repeating: "{name}", count: 100_000), ["name": .string(value)])
                == .refused(.tooLong, "a text that the action makes has more than 16 MiB"))
    }

    /// Spelling the way so far at each name would copy 10¹¹ characters.
    @Test(.timeLimit(.minutes(1))) func aPathMayBeAsLongAsItsFile() throws {
        let path = "steps.run.json" + String(repeating: ".a", count: 400_000)
        #expect(try refusal("{\(path)}") == .refused(.missingValue, "{\(path)} has no value"))
        #expect(mistake("{name\(String(repeating: ".a", count: 400_000))}") == "\"name\" is a string and has no members")
    }

    @Test func aLongTextIsFilledInWithoutGrowingSlow() throws {
        let source = String(repeating: "{name}{{", count: 50_000)
        #expect(try render(source, ["name": "x"]).value.utf8.count == 100_000)
    }
}
