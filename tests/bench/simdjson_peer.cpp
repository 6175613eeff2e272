// Prints, for each FILE, how many megabytes a second simdjson parses, finding two members as the agent
// does: the best of several runs. json_rates.py compiles it where the distribution's library is.
//
//   simdjson_peer FILE...
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <simdjson.h>

static const int runs = 40;

static double rate_of(simdjson::dom::parser &parser, const simdjson::padded_string &text)
{
    double best = 1e9;

    for (int i = 0; i < runs; i++) {
        auto started = std::chrono::steady_clock::now();
        simdjson::dom::element root;
        simdjson::dom::element found;
        if (parser.parse(text).get(root) != simdjson::SUCCESS ||
            root["options"].get(found) != simdjson::SUCCESS) {
            return 0;
        }
        (void)found["set_user_root_attributes"].get(found);
        std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
        best = std::min(best, took.count());
    }
    return static_cast<double>(text.size()) / best / 1e6;
}

int main(int argc, char **argv)
{
    simdjson::dom::parser parser;

    for (int i = 1; i < argc; i++) {
        simdjson::padded_string text;
        if (simdjson::padded_string::load(argv[i]).get(text) != simdjson::SUCCESS) {
            return 1;
        }
        std::printf("%.0f\n", rate_of(parser, text));
    }
    return 0;
}
