// Says what the samples on standard input show. An example of a program that uses a trained model; it needs the model
// file, and neither LibTorch nor recordings.
//
//   recognize student.pskd < walk.txt      a line for each sample: "x y z", the channels of the model, in g and deg/s
#include <iostream>
#include <vector>

#include "pskd/base/error.hpp"
#include "pskd/deploy/recognizer.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: recognize MODEL < SAMPLES\n";
    return 2;
  }
  try {
    pskd::Recognizer recognizer = pskd::load_model(argv[1]);
    std::vector<float> samples;  // [T, channels]
    for (float value = 0; std::cin >> value;) samples.push_back(value);
    if (!std::cin.eof()) {
      std::cerr << "recognize: standard input: expected numbers, found something else behind " << samples.size()
                << '\n';
      return 3;
    }
    const pskd::Decision decision = recognizer.classify(samples);
    const std::string& name = recognizer.classes()[decision.label];
    std::cout << (decision.is_none ? "none" : name) << ' ' << decision.probabilities[decision.label] << '\n';
    return 0;
  } catch (const pskd::Error& error) {
    std::cerr << "recognize: " << error.what() << '\n';
    return pskd::exit_code(error.kind());
  }
}
