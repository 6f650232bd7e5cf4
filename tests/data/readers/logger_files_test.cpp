// CSV files in the shapes in which loggers and spreadsheets write them: all are read as the plain file is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "base/file.hpp"
#include "support/own_folder.hpp"
#include "support/replaced.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kDescription;
using testing::kManifest;
using testing::replaced;

// The watch of both recordings in another shape.
class LoggerFile : public testing::OwnFolder {
 protected:
  // What is read of `text` where the description says `keys` of the watch, instead of its rate.
  Frames watch(const std::string& keys, const std::string& text) const {
    describe("rate: 32", keys);
    write("w1.csv", text);
    write("w2.csv", text);
    return clip().sensor;
  }
  std::string problem(const std::string& keys, const std::string& text) const {
    describe("rate: 32", keys);
    write("w1.csv", text);
    write("w2.csv", text);
    const DataCheck check = check_dataset(config());
    return check.broken.empty() ? "nothing is broken" : check.broken[0].problem;
  }
  void expect_plain(const std::string& keys, const std::string& text) const {
    const Frames read = watch(keys, text);
    const Frames plain = (Frames(3, 3) << 0.5, -1, 2, 0.25, -1, 2, 0.5, -1, 2.5).finished();
    ASSERT_EQ(read.rows(), 3) << text;
    EXPECT_TRUE((read == plain).all()) << text << "\nwas read as\n" << read;
  }
};

const std::string kValues = "0.5,-1,2\n0.25,-1,2\n0.5,-1,2.5\n";

TEST_F(LoggerFile, MayHaveAPreamble) {
  const std::string keys = "header: true, rate: 32";
  expect_plain(keys, "# logger 1.2\n# device, watch, 3\n\n# 32 Hz\nax,ay,az\n" + kValues);
  expect_plain(keys, "Device: watch\nSerial,12,left\nStart,2024-06-03,08:15\nax,ay,az\n" + kValues);
  expect_plain("header: true, columns: [ax, ay, az], rate: 32", "made,by,it\n1,2,3\nax,ay,az\n" + kValues);
  expect_plain("header: true, skip: 2, rate: 32", "a,b,c\nd,e,f\nax,ay,az\n" + kValues);
  expect_plain("rate: 32", "# no names\n" + kValues);
  expect_plain("rate: 32, skip: 1", "no names, but words\n" + kValues);
  expect_plain("rate: 32", "#####\n##### made by it, a, b\n##,,\n" + kValues);
  expect_plain("header: true, comment: '//', rate: 32",
               "// made by it\nax,ay,az\n0.5,-1,2\n// break\n0.25,-1,2\n0.5,-1,2.5\n");
  expect_plain(keys, "# ax,ay,az\n" + kValues);
}

TEST_F(LoggerFile, MayStateItsSeparatorOrShowIt) {
  const std::string keys = "header: true, rate: 32";
  expect_plain(keys, "sep=,\nax,ay,az\n" + kValues);
  expect_plain(keys, "\xef\xbb\xbfsep=;\r\nax;ay;az\r\n0.5;-1;2\r\n0.25;-1;2\r\n0.5;-1;2.5\r\n");
  expect_plain(keys, "ax\tay\taz\n0.5\t-1\t2\n0.25\t-1\t2\n0.5\t-1\t2.5\n");
  expect_plain("rate: 32", "0.5 -1  2\n0.25 -1 2\n0.5 -1 2.5\n");
  expect_plain("rate: 32", "0.5;-1;2;\n0.25;-1;2;\n0.5;-1;2.5;\n");
}

TEST_F(LoggerFile, MayHaveDecimalCommas) {
  const std::string values = "0,5;-1,0;2\n0,25;-1,0;2\n0,5;-1;2,5\n";
  expect_plain("separator: semicolon, decimal: comma, rate: 32", values);
  expect_plain("decimal: comma, rate: 32, header: true", "ax;ay;az\n" + values);
  expect_plain("decimal: comma, time: t, header: true", "t;ax;ay;az\n0;0,5;-1,0;2\n0,1;0,25;-1,0;2\n0,2;0,5;-1;2,5\n");
  EXPECT_THAT(problem("rate: 32", values), HasSubstr("line 1: expected a number, found '0,5'; if the file has decimal "
                                                     "commas, say decimal: comma"));
  EXPECT_THAT(description_problem("rate: 32", "rate: 32, separator: comma, decimal: comma"),
              HasSubstr("a comma cannot both separate fields and be the decimal mark"));
}

TEST_F(LoggerFile, MayQuoteItsNumbers) {
  expect_plain("rate: 32", "\"0.5\",\"-1\",\"2\"\n\"0.25\", \"-1\",2\n0.5,-1,\"2.5\"\n");
  expect_plain("rate: 32, decimal: comma", "\"0,5\";\"-1\";\"2\"\n\"0,25\";\"-1\";2\n\"0,5\";-1;\"2,5\"\n");
}

TEST_F(LoggerFile, MayEndWithEmptyLines) {
  expect_plain("rate: 32", kValues + "\n\n");
  expect_plain("rate: 32", kValues + ",,\n  \r\n,,\n");
}

TEST_F(LoggerFile, MayEndItsLinesInOtherWays) {
  const auto ends = [](std::string text, const std::string& end) {
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += end.size())
      text.replace(at, 1, end);
    return text;
  };
  for (const char* end : {"\r\n", "\r\r\n", "\r"}) expect_plain("rate: 32", ends(kValues, end));
}

TEST_F(LoggerFile, WithLinesThatAreNoneIsRefusedWithWhatTheyProbablyAre) {
  EXPECT_THAT(problem("rate: 32", kValues + "0.5,-"), HasSubstr("it is the last line: if the recording was cut off"));
  EXPECT_THAT(problem("rate: 32", kValues + std::string(4, '\0')), HasSubstr("the line holds NUL bytes"));
  EXPECT_THAT(problem("rate: 32", "0.5,-1,2\n\n" + kValues),
              HasSubstr("line 2: expected 3 columns, found 1: the line is "
                        "empty, and values follow it"));
  for (const char* error : {"#DIV/0!", "#VALUE!", "#REF!", "#NUM!", "#NAME?", "#####"}) {
    EXPECT_THAT(problem("rate: 32", kValues + error + ",-1,2\n"), HasSubstr("no value (1 in the file)")) << error;
  }
  EXPECT_THAT(problem("decimal: comma, rate: 32", "0,5;1.183;2\n0,5;1;2\n"),
              HasSubstr("line 1: expected a number with a decimal comma, found '1.183'"));
}

TEST_F(LoggerFile, ThatIsPackedIsRefusedAsSuch) {
  EXPECT_THAT(problem("rate: 32", "\x1f\x8b\x08 0,0,0"), HasSubstr("found a file that gzip packed; unpack it"));
  EXPECT_THAT(problem("rate: 32", "PK\x03\x04 0,0,0"), HasSubstr("found a zip archive or an .xlsx file"));
}

TEST_F(LoggerFile, WhoseFirstStampIsWrongIsRefusedAtItsLine) {
  EXPECT_THAT(problem("time: 0", "4294967295,0,0,1\n100,0,0,1\n100.1,0,0,1\n"),
              HasSubstr("line 1: the first time stamp is 4.29497e+09 s later than the next one"));
}

TEST_F(LoggerFile, WhoseStampsWereRoundedToTwoIsRefused) {
  std::string text;
  for (int i = 0; i < 40; ++i)
    text += std::string(i < 20 ? "1717402496" : "1717402624") + ",0,0," + std::to_string(i) + "\n";
  EXPECT_THAT(problem("time: 0", text), HasSubstr("found two, 128 s apart, for all 40"));
}

TEST_F(LoggerFile, WhoseHeaderContradictsTheOrderOfTheChannelsIsRefused) {
  for (const char* header : {"az,ay,ax\n", "Az,Ay,Ax\n", "gx,gy,gz\n"}) {
    EXPECT_THAT(
        problem("header: true, rate: 32", header + kValues),
        HasSubstr("line 1: expected the channels of the description in their order, ax, ay, az; found a column"));
  }
  expect_plain("header: true, rate: 32", "x,y,z\n" + kValues);
  expect_plain("header: true, rate: 32", "AX,AY,AZ\n" + kValues);
}

TEST_F(LoggerFile, MayNameItsUnits) {
  expect_plain("header: true, rate: 32", "ax,ay,az\ng,g,G\n" + kValues);
  expect_plain("header: true, columns: [ax (g), ay (g), az (g)], rate: 32",
               "ax (g),ay (g),az (g),T (C)\n0.5,-1,2,9\n0.25,-1,2,9\n0.5,-1,2.5,9\n");
  EXPECT_THAT(problem("header: true, rate: 32", "ax,ay,az\nm/(s^2),m/(s^2),m/(s^2)\n" + kValues),
              HasSubstr("line 2: the file says that ax is in m/s2, its description says g"));
  EXPECT_THAT(problem("header: true, rate: 32", "\"ax (g)\",\"ay (m/s\xc2\xb2)\",\"az (g)\"\n" + kValues),
              HasSubstr("line 1: the file says that ay is in m/s2, its description says g"));
  EXPECT_THAT(problem("header: true, time: t", "t,ax,ay,az\nms,g,g,g\n0,0,0,0\n1,0,0,0\n"),
              HasSubstr("line 2: the file says that the time is in ms, its description says s"));
  EXPECT_THAT(problem("header: true, rate: 32", "ax,ay,az\nbreak,break,break\n" + kValues),
              HasSubstr("line 2: expected numbers, or the units of the columns; found 'break'"));
}

TEST_F(LoggerFile, MayHaveCalendarStamps) {
  const auto expect_tenths = [&](const std::string& keys, const std::string& a, const std::string& b,
                                 const std::string& c) {
    const Frames read = watch("time: 0, " + keys, a + ",0,0,1\n" + b + ",1,0,1\n" + c + ",2,0,1\n");
    ASSERT_EQ(read.rows(), 3) << a;
    EXPECT_NEAR(read(1, 0), 1, 1e-4) << a << ": at equal intervals";
  };
  expect_tenths("header: false", "2024-06-03T08:15:10.000+02:00", "2024-06-03T08:15:10.100+02:00",
                "2024-06-03T08:15:10.200+02:00");
  expect_tenths("header: false", "2024-12-31T23:59:59.9Z", "2025-01-01T00:00:00Z", "2025-01-01T01:00:00.1+0100");
  expect_tenths("header: false", "2024-02-28 23:59:59.950", "2024-02-29 00:00:00.050", "2024-02-29 00:00:00.150");
  expect_tenths("header: false", "\"2024-06-03 08:15:10,0\"", "\"2024-06-03 08:15:10,1\"", "\"2024-06-03 08:15:10,2\"");
  expect_tenths("header: false", "08:15:10.0", "08:15:10.1", "08:15:10.2");
  expect_tenths("header: false", "15:10.0", "15:10.1", "15:10.2");
  expect_tenths("time_format: '%M:%S'", "15:10.0", "15:10.1", "15:10.2");
  expect_tenths("time_format: '%d/%m/%Y %H:%M:%S'", "03/06/2024 08:15:10.0", "03/06/2024 08:15:10.1",
                "03/06/2024 08:15:10.2");
  expect_tenths("time_format: '%d.%m.%Y %H:%M:%S:%f'", "03.06.2024 08:15:10:00", "03.06.2024 08:15:10:10",
                "03.06.2024 08:15:10:20");
  expect_tenths("time_format: '%H:%M:%S %d-%b-%Y'", "08:15:10.0 03-Jun-2024", "08:15:10.1 03-Jun-2024",
                "08:15:10.2 03-Jun-2024");
  expect_tenths("time_format: '%I:%M:%S %p'", "11:59:59.9 AM", "12:00:00.0 PM", "12:00:00.1 PM");
  expect_tenths("time_format: '%I:%M:%S.%f %p'", "12:59:59.90 PM", "01:00:00.00 PM", "01:00:00.10 PM");
}

TEST_F(LoggerFile, AStampThatIsNoneIsTold) {
  const auto stamp = [&](const std::string& keys, const std::string& text) {
    return problem("time: 0" + keys, "2024-06-03 08:15:10,0,0,1\n" + text + ",0,0,1\n2024-06-03 08:15:11,0,0,1\n");
  };
  for (const char* text : {"2024-13-03 08:15:10", "2024-02-30 08:15:10", "2024-06-03 25:15:10", "2024-06-03T08:15:1",
                           "2024-06-03 08:15:10+2", "03/06/2024 08:15:10", "yesterday", ""}) {
    EXPECT_THAT(stamp("", text), AllOf(HasSubstr("line 2: expected a time stamp: a number, a date and time"),
                                       HasSubstr("time_format names another form")))
        << text;
  }
  EXPECT_THAT(stamp("", "2024-06-03 08:15:10Z"), HasSubstr("line 2: expected a time stamp without a zone, as in"));
  EXPECT_THAT(problem("time: 0", "08:15,0,0,1\n08:16,0,0,1\n"), HasSubstr("or a time of day with its seconds"));
  EXPECT_THAT(stamp(", time_format: '%Y-%m-%d %H:%M:%S'", "31.06.2024 08:15:10"),
              HasSubstr("line 2: expected a time stamp of the form '%Y-%m-%d %H:%M:%S', found '31.06.2024 08:15:10'"));
  EXPECT_THAT(description_problem("rate: 32", "time: 0, time_format: DD.MM.YYYY"),
              HasSubstr("the letters of strptime"));
  EXPECT_THAT(description_problem("rate: 32", "time: 0, time_unit: ms, time_format: '%S'"),
              HasSubstr("expected one of them"));
  EXPECT_THAT(description_problem("rate: 32", "rate: 32, time_format: '%S'"), HasSubstr("time_format belongs to"));
}

TEST_F(LoggerFile, UnitsAndScalesAreTurnedIntoGAndDegrees) {
  const auto first = [&](const std::string& unit, const std::string& keys = "") {
    describe("unit: g", "unit: " + unit + keys);
    write("w1.csv", "500,1000,2\n500,1000,2\n");
    const Frames read = clip().sensor;
    return std::vector<float>{read(0, 0), read(0, 1), read(0, 2)};
  };
  EXPECT_THAT(first("[mg, mg, uT]"), ElementsAre(0.5F, 1, 2));
  EXPECT_THAT(first("g", ", scale: 0.001"), ElementsAre(::testing::FloatEq(0.5F), 1, ::testing::FloatEq(0.002F)));
  EXPECT_THAT(first("[g, deg/s, none]", ", scale: [0.002, 0.5, -1]"), ElementsAre(1, 500, -2));
  EXPECT_THAT(description_problem("unit: g", "unit: g, scale: [1, 2]"),
              HasSubstr("expected one factor, or one for each of the 3 channels; found 2"));
  describe("unit: m\n", "unit: m\n  scale: 0.01\n");
  EXPECT_FLOAT_EQ(clip().skeleton(0, 8), 0.09F);
}

// ---- the manifest ----------------------------------------------------------------------------------------

class ManifestOfASpreadsheet : public testing::OwnFolder {};

TEST_F(ManifestOfASpreadsheet, MayHaveSemicolonsOrTabs) {
  for (const char separator : {';', '\t'}) {
    std::string text = kManifest;
    std::replace(text.begin(), text.end(), ',', separator);
    write("clips.csv", text);
    EXPECT_EQ(clip().subject, 3) << separator;
    write("clips.csv", "\xef\xbb\xbfsep=" + std::string(1, separator) + "\r\n" + text);
    EXPECT_EQ(clip().subject, 3) << separator;
  }
}

TEST_F(ManifestOfASpreadsheet, MayHaveEmptyLinesAndColumnsAtItsEnd) {
  write("clips.csv", "\n" + replaced(kManifest, "\ntwo", "\n\n,,,,\ntwo") + ",,,,\n\n");
  EXPECT_EQ(read_dataset(config()).clips.size(), 2U);
  write("clips.csv", "id,subject,label,skeleton,watch,,\none,3,wave,s1.csv,w1.csv,,\ntwo,1,clap,s2.csv,w2.csv,,\n");
  EXPECT_EQ(read_dataset(config()).clips.size(), 2U);
}

TEST_F(ManifestOfASpreadsheet, MayHavePathsOfWindowsOrOfTheHomeFolder) {
  write("skeleton/s1.csv", read_file(root_ / "s1.csv"));
  write("clips.csv", replaced(kManifest, "s1.csv", "skeleton\\s1.csv"));
  EXPECT_FLOAT_EQ(clip().skeleton(1, 8), 19);
  EXPECT_THAT(manifest_problem(replaced(kManifest, "s1.csv", "C:\\data\\s1.csv")),
              HasSubstr("line 2: column skeleton: found 'C:\\data\\s1.csv', a file on a drive of Windows"));
  EXPECT_THAT(manifest_problem(replaced(kManifest, "s1.csv", "watch\\Thumbs.db")), HasSubstr("left there"));
  const char* home = std::getenv("HOME");
  const std::string old = home == nullptr ? "" : home;
  setenv("HOME", root_.c_str(), 1);
  write("clips.csv", replaced(kManifest, "s1.csv", "~/skeleton/s1.csv"));
  EXPECT_FLOAT_EQ(clip().skeleton(1, 8), 19);
  home == nullptr ? unsetenv("HOME") : setenv("HOME", old.c_str(), 1);
}

}  // namespace
}  // namespace pskd::data::readers
