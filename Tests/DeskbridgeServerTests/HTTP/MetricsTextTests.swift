import Testing

@testable import DeskbridgeServer

@Suite struct MetricsTextTests {
    @Test func eachKindIsWrittenAsTheFormatSays() {
        var text = MetricsText()
        text.gauge("a_seconds", "How long.", 5)
        text.counter("b_total", "How many.", 7)
        text.gauges("c", "By state.", [(["state": "queued"], 1), (["b": "2", "a": "1"], 0), ([:], 3)])
        #expect(
            text.text == """
                # HELP a_seconds How long.
                # TYPE a_seconds gauge
                a_seconds 5
                # HELP b_total How many.
                # TYPE b_total counter
                b_total 7
                # HELP c By state.
                # TYPE c gauge
                c{state="queued"} 1
                c{a="1",b="2"} 0
                c 3

                """)
    }

    @Test func valuesOfLabelsAreEscaped() {
        var text = MetricsText()
        text.gauges("a", "A.", [(["label": "a\\b\"c\nd"], 1)])
        #expect(text.text.hasSuffix("a{label=\"a\\\\b\\\"c\\nd\"} 1\n"))
    }
}
