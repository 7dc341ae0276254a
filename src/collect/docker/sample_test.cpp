#include "collect/docker/sample.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

using namespace std::chrono_literals;

ContainerSample sample_at(std::chrono::nanoseconds at, std::chrono::nanoseconds cpu, Bytes memory) {
  ContainerSample sample;
  sample.read_at = at;
  sample.cpu_used = cpu;
  sample.memory.working_set = memory;
  return sample;
}

TEST(ContainerSamples, cpu_is_a_share_of_one_core) {
  const auto first = sample_at(10s, 100s, 0_B);
  EXPECT_DOUBLE_EQ(*cpu_share_between(first, sample_at(10700ms, 104697ms, 0_B)), 6.71);
  EXPECT_EQ(*cpu_share_between(first, sample_at(11s, 100s, 0_B)), 0.0);
}

TEST(ContainerSamples, a_restart_or_one_sample_alone_has_no_share) {
  const auto first = sample_at(10s, 100s, 0_B);
  EXPECT_FALSE(cpu_share_between(first, sample_at(11s, 1s, 0_B)));
  EXPECT_FALSE(cpu_share_between(first, first));
  EXPECT_FALSE(cpu_share_between(ContainerSample{}, sample_at(11s, 1s, 0_B)));
}

TEST(ContainerSamples, an_answer_with_both_counters_needs_no_second) {
  auto sample = sample_at(11s, 8s, 0_B);
  sample.earlier_cpu_used = 5s;
  sample.earlier_read_at = 10s;
  EXPECT_DOUBLE_EQ(*cpu_share_between(sample, sample), 3.0);
}

TEST(ContainerSamples, growth_is_per_day_over_the_window_it_says) {
  const auto rate = growth_between(100_MiB, 101_MiB, 10s);
  ASSERT_TRUE(rate);
  EXPECT_DOUBLE_EQ(*rate->bytes_per_day, 1024.0 * 1024.0 * 8640.0);
  EXPECT_EQ(rate->window, 10s);
  EXPECT_EQ(rate->source, GrowthSource::two_samples);
  EXPECT_LT(*growth_between(2_MiB, 1_MiB, 10s)->bytes_per_day, 0);
  EXPECT_FALSE(growth_between(1_MiB, 2_MiB, 0s));
}

TEST(ContainerSamples, what_an_idle_container_moves_by_is_not_called_growth) {
  const auto first = sample_at(0s, 0s, 100_MiB);
  EXPECT_FALSE(memory_growth_between(first, sample_at(700ms, 0s, 100_MiB + 512_KiB)));
  EXPECT_TRUE(memory_growth_between(first, sample_at(700ms, 0s, 120_MiB)));
}

}  // namespace
}  // namespace plimsoll
