import CloudAPI
import Foundation
import JobWatchCore
import Testing

struct CloudTimeTests {
  @Test(arguments: [
    ("2016-04-11T09:46:34.505Z", 1_460_367_994_505),
    ("2016-04-11T09:46:34Z", 1_460_367_994_000),
    ("2016-04-11T09:46:34", 1_460_367_994_000),
    ("2016-04-11T09:46:34.5Z", 1_460_367_994_500),
    ("2017-04-17T07:55:18.575999Z", 1_492_415_718_575),
    ("2021-07-12T09:22:04+0000", 1_626_081_724_000),
    ("2018-08-06T10:41:14+0800", 1_533_523_274_000),
    ("2018-08-06T10:41:14+01:00", 1_533_548_474_000),
    ("2018-08-06T22:41:14-03:30", 1_533_607_874_000),
    ("2018-08-06T10:41:14+01", 1_533_548_474_000),
    ("2020-02-02 08:12:40.672772389 +0000 UTC", 1_580_631_160_672),
    ("2024-02-29T23:59:60Z", 1_709_251_200_000),
    ("2000-12-31t23:59:59z", 978_307_199_000),
    ("04-Jun-2015 18:11:06:586", 1_433_441_466_586),
    ("1684191545379", 1_684_191_545_379),
  ])
  func `a time is read in each of the clouds' forms`(raw: String, milliseconds: Int64) {
    let expected = CloudTime(raw: raw, instant: Timestamp(milliseconds: milliseconds))
    #expect(CloudTimeParser.parse(raw) == expected)
  }

  @Test(arguments: [
    "04-Jun-2015 18:11:06.586", "04-Jux-2015 18:11:06:586", "31-Jun-2015 18:11:06:586", "yesterday",
    "0", "-1", "1684191545", "99999999999999999999",
    "9223372036854775807", "-9223372036854775808", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z",
    "2016-13-01T00:00:00Z", "2016-02-30T00:00:00Z", "2100-02-29T00:00:00Z", "2016-04-11T24:00:00Z",
    "2016-04-11T09:60:00Z", "2016-04-11", "2016-04-11T09:46:34.Z", "2016-04-11T09:46:34+99:00",
    "2016-04-11T09:46:34+01:60", "2016-04-11T09:46:34Zjunk", "2016-04-11T09:46:34 ", "٢٠١٦",
    "\u{0}",
  ])
  func `a time that cannot be read is kept as it came`(raw: String) {
    #expect(CloudTimeParser.parse(raw) == CloudTime(raw: raw, instant: nil))
  }

  @Test func `nothing is no time and a long text is cut`() {
    #expect(CloudTimeParser.parse(nil) == nil)
    #expect(CloudTimeParser.parse("") == nil)
    let long = String(repeating: "9", count: 1_000_000)
    #expect(CloudTimeParser.parse(long)?.raw.count == 64)
    #expect(CloudTimeParser.parse(long)?.instant == nil)
  }

  @Test func `the calendar agrees with Foundation's over three centuries`() {
    let style = Date.ISO8601FormatStyle()
    for second in stride(from: 100_000_000, to: 10_000_000_000, by: 86_400 * 97 + 12_345) {
      let text = Date(timeIntervalSince1970: Double(second)).formatted(style)
      let time = CloudTimeParser.parse(text)?.instant
      #expect(time == Timestamp(milliseconds: Int64(second) * 1000), "\(text)")
    }
  }
}
