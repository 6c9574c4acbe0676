import DeskbridgeCore
import Testing

struct ParameterSetTests {
    private func set(_ yaml: String) throws -> ParameterSet { try ParameterSet(parsing: YAMLParser.parse(yaml, file: "a")) }

    private func mistakes(_ yaml: String) throws -> [String] {
        let node = try YAMLParser.parse(yaml, file: "a")
        do throws(DefinitionErrors) {
            _ = try ParameterSet(parsing: node)
            return []
        } catch { return error.errors.map(\.description) }
    }

    private func violations(_ yaml: String, _ json: String) throws -> [String] {
        let (set, payload) = (try set(yaml), try JSONParser.parse(json))
        do throws(ValidationErrors) {
            _ = try set.validate(payload)
            return []
        } catch { return error.errors.map { "\($0.pointer): \($0.message)" } }
    }

    @Test(arguments: [
        ("x: {}", "a:1:4: the parameter \"x\" needs the key \"type\""),
        ("[x]", "a:1:1: parameters must be a mapping, not a list"),
        ("x: string", "a:1:4: the parameter \"x\" must be a mapping, not a string"),
        (
            "x: {type: strng}",
            "a:1:11: there is no type \"strng\". Did you mean \"string\"? The types are string, integer, number, boolean, array, object."
        ),
        ("x: {type: 5}", "a:1:11: the type of the parameter \"x\" must be a string, not an integer"),
        ("x: {type: 'null'}", "a:1:11: there is no type \"null\". The types are string, integer, number, boolean, array, object."),
        (
            "x: {type: boolean, defualt: true}",
            "a:1:20: the parameter \"x\" has no keyword \"defualt\". Did you mean \"default\"? "
                + "For the type boolean there are type, title, description, default, enum, examples, optional, secret."
        ),
        ("x: {type: integer, pattern: a}", "a:1:20: the keyword \"pattern\" is not for the type integer"),
        ("x: {type: string, minimum: 1}", "a:1:19: the keyword \"minimum\" is not for the type string"),
        ("x: {type: string, required: true}", "a:1:19: each parameter is required unless it says \"optional: true\" or has a default"),
        ("date: {type: string}", "a:1:1: no parameter can be called \"date\": templates mean something else by it"),
        ("steps: {type: string}", "a:1:1: no parameter can be called \"steps\": templates mean something else by it"),
        ("event: {type: string}", "a:1:1: no parameter can be called \"event\": templates mean something else by it"),
        (
            "a.b: {type: string}",
            "a:1:1: \"a.b\" is no name for a parameter: it has 1 to 64 letters, digits, _ and -, and begins with a letter or _"
        ),
        (
            "1: {type: string}",
            "a:1:1: \"1\" is no name for a parameter: it has 1 to 64 letters, digits, _ and -, and begins with a letter or _"
        ),
        (
            "'': {type: string}",
            "a:1:1: \"\" is no name for a parameter: it has 1 to 64 letters, digits, _ and -, and begins with a letter or _"
        ),
        (
            "-a: {type: string}",
            "a:1:1: \"-a\" is no name for a parameter: it has 1 to 64 letters, digits, _ and -, and begins with a letter or _"
        ),
        (
            "é: {type: string}",
            "a:1:1: \"é\" is no name for a parameter: it has 1 to 64 letters, digits, _ and -, and begins with a letter or _"
        ),
        ("x: {type: string, minLength: 5, maxLength: 4}", "a:1:30: minLength 5 is more than maxLength 4"),
        ("x: {type: string, minLength: 5000}", "a:1:30: minLength 5000 is more than maxLength 4096"),
        ("x: {type: string, maxLength: -1}", "a:1:30: maxLength must be from 0 to 1048576, not -1"),
        ("x: {type: string, maxLength: a}", "a:1:30: maxLength must be an integer, not a string"),
        ("x: {type: string, pattern: 5}", "a:1:28: pattern must be a string, not an integer"),
        ("x: {type: string, pattern: 'a('}", "a:1:30: this ( is not closed: write \\( for a parenthesis"),
        (
            "x: {type: string, format: urii}",
            "a:1:27: there is no format \"urii\". Did you mean \"uri\"? The formats are date, date-time, uri, uuid."
        ),
        ("x: {type: integer, minimum: 5, maximum: 4}", "a:1:29: no number lies between minimum 5 and maximum 4"),
        ("x: {type: number, minimum: 5, exclusiveMaximum: 5}", "a:1:28: no number lies between minimum 5 and exclusiveMaximum 5"),
        ("x: {type: number, exclusiveMinimum: 5, maximum: 5}", "a:1:37: no number lies between exclusiveMinimum 5 and maximum 5"),
        (
            "x: {type: number, exclusiveMinimum: 1.5, exclusiveMaximum: 1.5}",
            "a:1:37: no number lies between exclusiveMinimum 1.5 and exclusiveMaximum 1.5"
        ),
        ("x: {type: number, minimum: '5'}", "a:1:28: minimum must be a number, not a string"),
        ("x: {type: number, multipleOf: 0}", "a:1:31: multipleOf must be greater than 0 and have at most 18 digits"),
        ("x: {type: number, multipleOf: -2}", "a:1:31: multipleOf must be greater than 0 and have at most 18 digits"),
        ("x: {type: number, multipleOf: 0.1234567890123456789}", "a:1:31: multipleOf must be greater than 0 and have at most 18 digits"),
        ("x: {type: array}", "a:1:4: the parameter \"x\" needs the key \"items\""),
        ("x: {type: array, items: string}", "a:1:25: the items of the parameter \"x\" must be a mapping, not a string"),
        ("x: {type: array, items: {type: string, default: a}}", "a:1:40: elements have no \"default\": an array holds what it holds"),
        ("x: {type: array, items: {type: string, optional: true}}", "a:1:40: elements have no \"optional\": an array holds what it holds"),
        ("x: {type: array, items: {type: string}, minItems: 3, maxItems: 2}", "a:1:51: minItems 3 is more than maxItems 2"),
        ("x: {type: array, items: {type: string}, uniqueItems: 1}", "a:1:54: uniqueItems must be true or false, not an integer"),
        ("x: {type: object}", "a:1:4: the parameter \"x\" needs the key \"properties\""),
        ("x: {type: object, properties: []}", "a:1:31: the properties of the parameter \"x\" must be a mapping, not a list"),
        (
            "x: {type: object, properties: {y: {type: int}}}",
            "a:1:42: there is no type \"int\". The types are string, integer, number, boolean, array, object."
        ),
        ("x: {type: string, enum: a}", "a:1:25: enum must be a list, not a string"),
        ("x: {type: string, enum: []}", "a:1:25: enum needs at least one value"),
        (
            "x: {type: string, enum: [a, 1]}",
            "a:1:29: this value of enum breaks the rules of its parameter: it must be a string, not an integer"
        ),
        ("x: {type: integer, enum: [1, 2, 1.0]}", "a:1:33: this value stands in enum twice"),
        (
            "x: {type: integer, maximum: 2, enum: [1, 3]}",
            "a:1:42: this value of enum breaks the rules of its parameter: it must be at most 2"
        ),
        ("x: {type: integer, default: a}", "a:1:29: the default breaks the rules of its parameter: it must be an integer, not a string"),
        ("x: {type: integer, minimum: 2, default: 1}", "a:1:41: the default breaks the rules of its parameter: it must be at least 2"),
        (
            "x: {type: string, enum: [a, b], default: c}",
            "a:1:42: the default breaks the rules of its parameter: it must be one of \"a\", \"b\""
        ),
        (
            "x: {type: string, pattern: 'a+', default: b}",
            "a:1:43: the default breaks the rules of its parameter: it must match the pattern a+"
        ),
        ("x: {type: boolean, default: ~}", "a:1:29: the default breaks the rules of its parameter: it must be a boolean, not null"),
        (
            "x: {type: object, properties: {y: {type: integer}}, default: {y: a}}",
            "a:1:62: the default breaks the rules of its parameter: /y it must be an integer, not a string"
        ),
        ("x: {type: string, default: a, optional: true}", "a:1:28: what has a default is never absent: leave \"optional\" out"),
        ("x: {type: string, optional: yes}", "a:1:29: optional must be true or false, not a string"),
        ("x: {type: string, secret: true, default: a}", "a:1:42: what is secret has no default: it would be shown with the action"),
        ("x: {type: string, secret: true, enum: [a]}", "a:1:39: what is secret has no enum: it would be shown with the action"),
        (
            "x: {type: object, properties: {y: {type: string, secret: true}}, examples: [{y: a}]}",
            "a:1:76: what is secret has no examples: it would be shown with the action"
        ),
        (
            "x: {type: integer, examples: [1, a]}",
            "a:1:34: this example breaks the rules of its parameter: it must be an integer, not a string"
        ),
        ("x: {type: string, title: 5}", "a:1:26: title must be a string, not an integer"),
        ("x: {type: string, description: [a]}", "a:1:32: description must be a string, not a list"),
    ])
    func misuseOfKeywordsIsRefusedAtItsPlace(_ yaml: String, mistake: String) throws { #expect(try mistakes(yaml) == [mistake]) }

    @Test func allMistakesAreToldAtOnce() throws {
        let yaml = """
            date: {type: string}
            a: {type: integer, pattern: x, maxItems: 1}
            b: {type: nope}
            c: {type: array, items: {type: object, properties: {d: {type: string, default: 1}, e: {}}}}
            """
        #expect(try mistakes(yaml).map { $0.prefix(6) } == ["a:1:1:", "a:2:20", "a:2:32", "a:3:11", "a:4:80", "a:4:87"])
    }

    @Test(
        arguments: [
            ("{}", "{}", []), ("{}", "[]", [": must be an object, not an array"]), ("{}", "null", [": must be an object, not null"]),
            ("{}", "{\"a\": 1}", ["/a: is not declared"]),
            ("name: {type: string}", "{\"nmae\": \"x\"}", ["/name: is missing", "/nmae: is not declared (did you mean \"name\"?)"]),
            ("name: {type: string}", "{\"name\": \"x\", \"a/b~c\": 1}", ["/a~1b~0c: is not declared"]),
            ("x: {type: string}", "{\"x\": null}", ["/x: must be a string, not null"]),
            ("x: {type: string, optional: true}", "{\"x\": null}", ["/x: must be a string, not null: leave it out instead"]),
            ("x: {type: string, optional: true}", "{}", []), ("x: {type: string}", "{\"x\": \"\"}", []),
            ("x: {type: string}", "{\"x\": 5}", ["/x: must be a string, not an integer"]),
            ("x: {type: string}", "{\"x\": \"a\\u0000b\"}", ["/x: must not hold the character NUL"]),
            ("x: {type: string}", "{\"x\": \"a\\u0001\\n\"}", []),
            ("x: {type: string, minLength: 2, maxLength: 3}", "{\"x\": \"a\"}", ["/x: must have at least 2 characters"]),
            ("x: {type: string, minLength: 1}", "{\"x\": \"\"}", ["/x: must have at least 1 character"]),
            ("x: {type: string, minLength: 2, maxLength: 3}", "{\"x\": \"abcd\"}", ["/x: must have at most 3 characters"]),
            ("x: {type: string, maxLength: 2}", "{\"x\": \"🎬🎬\"}", []),
            ("x: {type: string, maxLength: 2}", "{\"x\": \"🎬🎬🎬\"}", ["/x: must have at most 2 characters"]),
            ("x: {type: string, maxLength: 1}", "{\"x\": \"e\\u0301\"}", ["/x: must have at most 1 character"]),
            ("x: {type: string, maxLength: 0}", "{\"x\": \"\"}", []),
            ("x: {type: string, pattern: '[a-z]+'}", "{\"x\": \"abc\"}", []),
            ("x: {type: string, pattern: '[a-z]+'}", "{\"x\": \"abc1\"}", ["/x: must match the pattern [a-z]+"]),
            ("x: {type: string, pattern: '^[a-z]+$'}", "{\"x\": \"a\\n\"}", ["/x: must match the pattern [a-z]+"]),
            ("x: {type: string, format: date}", "{\"x\": \"2026-02-29\"}", ["/x: must be a date such as 2026-11-21"]),
            ("x: {type: string, enum: [a, é]}", "{\"x\": \"e\\u0301\"}", ["/x: must be one of \"a\", \"é\""]),
            ("x: {type: string, enum: [a, b]}", "{\"x\": \"b\"}", []),
            ("x: {type: integer}", "{\"x\": 1.0}", []), ("x: {type: integer}", "{\"x\": 1.5}", ["/x: must be an integer of 64 bits"]),
            ("x: {type: integer}", "{\"x\": 1e30}", ["/x: must be an integer of 64 bits"]),
            ("x: {type: integer}", "{\"x\": \"1\"}", ["/x: must be an integer, not a string"]),
            ("x: {type: integer}", "{\"x\": true}", ["/x: must be an integer, not a boolean"]),
            ("x: {type: integer, minimum: 0}", "{\"x\": -1}", ["/x: must be at least 0"]),
            ("x: {type: integer, maximum: 9007199254740993}", "{\"x\": 9007199254740994}", ["/x: must be at most 9007199254740993"]),
            ("x: {type: integer, exclusiveMinimum: 0}", "{\"x\": 0}", ["/x: must be greater than 0"]),
            ("x: {type: integer, exclusiveMaximum: 5}", "{\"x\": 5}", ["/x: must be less than 5"]),
            ("x: {type: integer, multipleOf: 5}", "{\"x\": -15}", []),
            ("x: {type: integer, multipleOf: 5}", "{\"x\": 12}", ["/x: must be a multiple of 5"]),
            ("x: {type: number, multipleOf: 0.01}", "{\"x\": 4.35}", []), ("x: {type: number, multipleOf: 0.1}", "{\"x\": 0.3}", []),
            ("x: {type: number, multipleOf: 0.1}", "{\"x\": 0.35}", ["/x: must be a multiple of 0.1"]),
            ("x: {type: number, multipleOf: 3}", "{\"x\": 1e300}", ["/x: must be a multiple of 3"]),
            ("x: {type: number, multipleOf: 7}", "{\"x\": 7e300}", []),
            ("x: {type: number, maximum: 0.1}", "{\"x\": 0.10000000000000000001}", ["/x: must be at most 0.1"]),
            ("x: {type: number, minimum: -1.5}", "{\"x\": -1.6}", ["/x: must be at least -1.5"]),
            ("x: {type: number}", "{\"x\": \"1\"}", ["/x: must be a number, not a string"]),
            ("x: {type: boolean}", "{\"x\": 1}", ["/x: must be a boolean, not an integer"]), ("x: {type: boolean}", "{\"x\": false}", []),
            (
                "x: {type: array, items: {type: integer, minimum: 0}}", "{\"x\": [1, -1, \"a\"]}",
                ["/x/1: must be at least 0", "/x/2: must be an integer, not a string"]
            ),
            ("x: {type: array, items: {type: integer}, minItems: 2}", "{\"x\": [1]}", ["/x: must have at least 2 elements"]),
            ("x: {type: array, items: {type: integer}, maxItems: 1}", "{\"x\": [1, 2]}", ["/x: must have at most 1 element"]),
            ("x: {type: array, items: {type: number}, uniqueItems: true}", "{\"x\": [1, 2, 1.0]}", ["/x/2: repeats an earlier element"]),
            ("x: {type: array, items: {type: integer}}", "{\"x\": {}}", ["/x: must be an array, not an object"]),
            (
                "x: {type: array, uniqueItems: true, items: {type: object, properties: {a: {type: integer}, b: {type: integer}}}}",
                "{\"x\": [{\"a\": 1, \"b\": 2}, {\"b\": 2, \"a\": 1}]}", ["/x/1: repeats an earlier element"]
            ),
            (
                "x: {type: object, properties: {a: {type: integer}, b: {type: string, optional: true}}}", "{\"x\": {\"b\": 1, \"c\": 2}}",
                ["/x/a: is missing", "/x/b: must be a string, not an integer", "/x/c: is not declared"]
            ),
            ("x: {type: object, properties: {}}", "{\"x\": []}", ["/x: must be an object, not an array"]),
        ] as [(String, String, [String])])
    func payloadsAreCheckedAgainstTheirDeclarations(_ yaml: String, json: String, messages: [String]) throws {
        #expect(try violations(yaml, json) == messages)
    }

    @Test func validPayloadsComeBackInOrderWithDefaults() throws {
        let set = try set(
            """
            z: {type: string}
            a: {type: integer, default: 2}
            o: {type: object, properties: {m: {type: boolean, default: true}, k: {type: string}, n: {type: string, optional: true}}}
            l: {type: array, items: {type: object, properties: {d: {type: number, default: 0.5}}}, default: [{}]}
            n: {type: string, optional: true}
            """)
        let checked = try set.validate(try JSONParser.parse("{\"o\": {\"k\": \"v\"}, \"z\": \"x\"}"))
        #expect(JSONValue.object(checked).text == "{\"z\":\"x\",\"a\":2,\"o\":{\"m\":true,\"k\":\"v\"},\"l\":[{\"d\":0.5}]}")
        let given = try set.validate(
            try JSONParser.parse("{\"n\": \"\", \"a\": 1.0, \"l\": [], \"o\": {\"n\": \"\", \"m\": false, \"k\": \"\"}, \"z\": \"\"}"))
        #expect(JSONValue.object(given).text == "{\"z\":\"\",\"a\":1,\"o\":{\"m\":false,\"k\":\"\",\"n\":\"\"},\"l\":[],\"n\":\"\"}")
    }

    @Test func noParametersMeanAnEmptyPayload() throws {
        let set = try ParameterSet(parsing: nil)
        #expect(set.isEmpty)
        #expect(try set.validate([:]).isEmpty)
        #expect(throws: ValidationErrors.self) { _ = try set.validate(["a": 1]) }
    }

    @Test func atMost32MistakesOfAPayloadAreTold() throws {
        let elements = String(repeating: "\"a\",", count: 100_000) + "1"
        #expect(try violations("x: {type: array, items: {type: integer}}", "{\"x\": [\(elements)]}").count == 32)
        let members = (0..<1000).map { "\"m\($0)\": 1" }.joined(separator: ",")
        #expect(try violations("x: {type: string, optional: true}", "{\(members)}").count == 32)
    }

    @Test func messagesHoldNoValuesAndNoLongNames() throws {
        let long = String(repeating: "s3cret", count: 1000)
        let yaml =
            "a: {type: integer}\nb: {type: string, maxLength: 5, secret: true}\nc: {type: string, enum: [x]}\nd: {type: string, pattern: 'x'}"
        let messages = try violations(
            yaml, "{\"a\": \"\(long)\", \"b\": \"\(long)\", \"c\": \"s3cret\", \"d\": \"s3cret\", \"\(long)\": 1}")
        #expect(messages.count == 5)
        #expect(messages.dropLast().allSatisfy { !$0.contains("s3cret") })
        #expect(messages.allSatisfy { $0.unicodeScalars.count < 200 })
    }

    @Test func theScopeOfTemplatesFollowsTheDeclarations() throws {
        let set = try set(
            """
            s: {type: string, secret: true}
            i: {type: integer, optional: true}
            n: {type: number, default: 1}
            b: {type: boolean}
            l: {type: array, items: {type: string, secret: true}}
            o: {type: object, properties: {p: {type: string, secret: true}, q: {type: string, optional: true}}}
            """)
        #expect(
            set.scope == [
                "s": FieldDeclaration(.string, isSecret: true), "i": FieldDeclaration(.integer, isOptional: true),
                "n": FieldDeclaration(.number),
                "b": FieldDeclaration(.boolean), "l": FieldDeclaration(.array(of: .string), isSecret: true),
                "o": FieldDeclaration(
                    .object(members: ["p": FieldDeclaration(.string, isSecret: true), "q": FieldDeclaration(.string, isOptional: true)])),
            ])
        #expect(set.secretNames == ["s", "l", "o"])
    }

    @Test(arguments: [
        ("{\"s\": \"x\", \"v\": 1}", "{\"s\":\"<secret>\",\"v\":1}"), ("{\"s\": [1]}", "{\"s\":\"<secret>\"}"),
        ("{\"s\": null}", "{\"s\":\"<secret>\"}"),
        ("{\"o\": {\"p\": \"x\", \"q\": 2, \"r\": 3}}", "{\"o\":{\"p\":\"<secret>\",\"q\":2,\"r\":3}}"),
        ("{\"o\": \"x\"}", "{\"o\":\"<secret>\"}"),
        ("{\"l\": [{\"k\": \"x\"}, \"y\"]}", "{\"l\":[{\"k\":\"<secret>\"},\"<secret>\"]}"), ("{\"l\": \"x\"}", "{\"l\":\"<secret>\"}"),
        ("\"x\"", "\"<secret>\""), ("{}", "{}"),
    ])
    func secretsAreRedactedWhateverThePayloadIs(_ json: String, redacted: String) throws {
        let set = try set(
            """
            s: {type: string, secret: true}
            v: {type: integer}
            o: {type: object, properties: {p: {type: string, secret: true}, q: {type: integer}}}
            l: {type: array, items: {type: object, properties: {k: {type: string, secret: true}}}}
            """)
        #expect(set.redacted(try JSONParser.parse(json)).text == redacted)
    }

    @Test func aPayloadWithoutSecretsIsLeftAlone() throws {
        let set = try set("v: {type: integer}")
        #expect(set.redacted(["v": "x", "w": [1]]) == ["v": "x", "w": [1]])
        #expect(set.redacted("x") == "x")
    }

    @Test func theSchemaSaysTheSame() throws {
        let set = try set(
            """
            name: {type: string, title: Name, description: Of the project, pattern: "^[A-Z]+|x$", minLength: 1, maxLength: 64, examples: [AB]}
            when: {type: string, format: date-time, optional: true}
            pin: {type: string, secret: true}
            shots: {type: integer, minimum: 0, exclusiveMaximum: 1e2, multipleOf: 1, default: 2, enum: [1, 2]}
            scale: {type: number, maximum: 1.50, exclusiveMinimum: 0}
            draft: {type: boolean, default: false}
            tags: {type: array, items: {type: string}, minItems: 1, maxItems: 9, uniqueItems: true}
            camera: {type: object, properties: {lens: {type: string, optional: true}}}
            """)
        #expect(
            set.jsonSchema.prettyText == """
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "properties": {
                    "name": {
                      "type": "string",
                      "pattern": "^(?:[A-Z]+|x)$",
                      "minLength": 1,
                      "maxLength": 64,
                      "title": "Name",
                      "description": "Of the project",
                      "examples": [
                        "AB"
                      ]
                    },
                    "when": {
                      "type": "string",
                      "maxLength": 4096,
                      "format": "date-time"
                    },
                    "pin": {
                      "type": "string",
                      "maxLength": 4096,
                      "writeOnly": true
                    },
                    "shots": {
                      "type": "integer",
                      "minimum": 0,
                      "exclusiveMaximum": 100,
                      "multipleOf": 1,
                      "enum": [
                        1,
                        2
                      ],
                      "default": 2
                    },
                    "scale": {
                      "type": "number",
                      "maximum": 1.5,
                      "exclusiveMinimum": 0
                    },
                    "draft": {
                      "type": "boolean",
                      "default": false
                    },
                    "tags": {
                      "type": "array",
                      "items": {
                        "type": "string",
                        "maxLength": 4096
                      },
                      "minItems": 1,
                      "maxItems": 9,
                      "uniqueItems": true
                    },
                    "camera": {
                      "type": "object",
                      "properties": {
                        "lens": {
                          "type": "string",
                          "maxLength": 4096
                        }
                      },
                      "additionalProperties": false
                    }
                  },
                  "required": [
                    "name",
                    "pin",
                    "scale",
                    "tags",
                    "camera"
                  ],
                  "additionalProperties": false
                }
                """)
        #expect(try ParameterSet(parsing: nil).jsonSchema["properties"] == [:])
    }

    @Test(
        arguments: [
            (.date, "2026-11-21", true), (.date, "2024-02-29", true), (.date, "2000-02-29", true), (.date, "1900-02-29", false),
            (.date, "2026-13-01", false),
            (.date, "2026-00-01", false), (.date, "2026-01-00", false), (.date, "2026-04-31", false), (.date, "2026-1-1", false),
            (.date, "2026-11-21 ", false),
            (.date, "٢٠٢٦-11-21", false), (.date, "", false), (.date, "2026/11/21", false),
            (.dateTime, "2026-11-21T09:00:00Z", true), (.dateTime, "2026-11-21t09:00:00.123456z", true),
            (.dateTime, "2026-11-21T09:00:00+05:45", true),
            (.dateTime, "2016-12-31T23:59:60Z", true), (.dateTime, "2016-12-31T15:59:60-08:00", true),
            (.dateTime, "2016-12-31T12:59:60Z", false),
            (.dateTime, "2026-11-21T24:00:00Z", false), (.dateTime, "2026-11-21T09:60:00Z", false),
            (.dateTime, "2026-11-21T09:00:61Z", false), (.dateTime, "2026-11-21T09:00:00", false),
            (.dateTime, "2026-11-21 09:00:00Z", false), (.dateTime, "2026-11-21T09:00:00.Z", false),
            (.dateTime, "2026-11-21T09:00:00+5:45", false),
            (.dateTime, "2026-11-21T09:00:00+24:00", false), (.dateTime, "2026-11-21T09:00:00Zx", false),
            (.dateTime, "2026-02-30T09:00:00Z", false),
            (.uri, "https://example.org/a?b=c#d", true), (.uri, "urn:isbn:0451450523", true), (.uri, "mailto:a@b", true),
            (.uri, "http://[::1]:80/%20", true),
            (.uri, "//example.org", false), (.uri, "/a", false), (.uri, "a b:c", false), (.uri, "http:", false), (.uri, ":a", false),
            (.uri, "1a:b", false), (.uri, "http://a/%2", false),
            (.uri, "http://a/%zz", false), (.uri, "http://é", false), (.uri, "http://a/ b", false), (.uri, "", false),
            (.uri, "a:<b>", false),
            (.uuid, "0190b0a4-5e1f-7c3a-9d2e-3f4a5b6c7d8e", true), (.uuid, "0190B0A4-5E1F-7C3A-9D2E-3F4A5B6C7D8E", true),
            (.uuid, "0190b0a4-5e1f-7c3a-9d2e-3f4a5b6c7d8", false),
            (.uuid, "0190b0a45e1f7c3a9d2e3f4a5b6c7d8e", false), (.uuid, "0190b0a4-5e1f-7c3a-9d2e-3f4a5b6c7d8g", false),
            (.uuid, "{190b0a4-5e1f-7c3a-9d2e-3f4a5b6c7d8e", false),
        ] as [(ParameterFormat, String, Bool)])
    func formatsAreThoseOfTheirStandards(_ format: ParameterFormat, text: String, isAccepted: Bool) {
        #expect(format.accepts(text) == isAccepted)
    }
}
