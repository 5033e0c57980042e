import Testing

@testable import Commands

@Suite struct BlockChartTests {
  @Test func `a column is as high as its value`() {
    #expect(BlockChart(values: [0, 1, 4, 8]).rows(1) == [" ▁▄█"])
    #expect(BlockChart(values: [0, 4, 8]).rows(2) == ["  █", " ██"])
  }

  @Test func `what is next to nothing still shows, and what is unknown is a dot`() {
    #expect(BlockChart(values: [1000, 0.001, 0]).rows(1) == ["█▁"])
    #expect(BlockChart(values: [nil, 2]).rows(2) == [" █", "·█"])
    #expect(BlockChart(values: [nil]).rows(1) == ["·"])
    #expect(BlockChart(values: []).rows(1) == [""])
  }

  @Test(arguments: [(0.0, ""), (0.001, "▏"), (0.5, "█▌"), (1, "███"), (7, "███")])
  func `a bar is as long as its share`(share: Double, bar: String) {
    #expect(BlockBar.text(share: share, width: 3) == bar)
  }

  @Test(arguments: [
    (0, "0", "0"), (1.0 / 3, "0.333", "0.33"), (12, "12", "12"), (12.345, "12.345", "12.3"),
    (1234.5678, "1234.568", "1235"), (-0.0001, "0", "0"), (.infinity, "0", "0"),
    (-2.5, "-2.5", "-2.5"),
  ])
  func `rates are written plainly`(rate: Double, exact: String, brief: String) {
    #expect(Decimals.text(rate) == exact)
    #expect(Decimals.brief(rate) == brief)
  }
}
