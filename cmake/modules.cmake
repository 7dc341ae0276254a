# Flags of our own targets. Libraries' headers are SYSTEM, so warnings as errors are ours alone.
add_library(plimsoll_flags INTERFACE)
target_compile_options(plimsoll_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
                                                -Wold-style-cast -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # GCC 12 sees an empty std::optional inside a std::variant as read before it is written, at -O2 and above.
  target_compile_options(plimsoll_flags INTERFACE -Wno-maybe-uninitialized)
endif()
if(PLIMSOLL_SANITIZE)
  target_compile_options(plimsoll_flags INTERFACE -fsanitize=${PLIMSOLL_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(plimsoll_flags INTERFACE -fsanitize=${PLIMSOLL_SANITIZE})
endif()

# The sources of a module are compiled together in batches (CMAKE_UNITY_BUILD in the presets), which halves a first
# build: names in the anonymous namespaces of one module differ. A source that cannot be joined says so with
# SKIP_UNITY_BUILD_INCLUSION; tests stay apart, since each wants its own small words.

# Half of a compilation is reading <chrono>, <variant> and gtest.h: they are compiled once. A target that
# defines macros of its own must not use these (PRECOMPILED OFF below), since GCC then refuses them.
set(PLIMSOLL_PRECOMPILED <algorithm> <chrono> <map> <memory> <optional> <string> <string_view> <variant> <vector>
                         ${CMAKE_SOURCE_DIR}/src/base/result.h)
# What Debian's fmt and hiredis define for their users, the same everywhere.
target_compile_definitions(plimsoll_flags INTERFACE FMT_SHARED _FILE_OFFSET_BITS=64)
add_library(plimsoll_precompiled STATIC ${CMAKE_SOURCE_DIR}/cmake/precompiled.cpp)
target_include_directories(plimsoll_precompiled PRIVATE ${CMAKE_SOURCE_DIR}/src)
target_link_libraries(plimsoll_precompiled PRIVATE plimsoll_flags)
target_precompile_headers(plimsoll_precompiled PRIVATE ${PLIMSOLL_PRECOMPILED})

# plimsoll_module(NAME SOURCES … HEADERS … USES module… LINKS library… TESTS foo_test.cpp…)
# One module: a static library plimsoll_NAME of the folder the call stands in. USES is the whole list of modules
# it may include; tools/check_layers compares every #include with it. A test's name says its label:
# x_test.cpp is unit, x_contract_test.cpp contract, x_replay_test.cpp replay, x_live_test.cpp live, x_fault_test.cpp fault.
function(plimsoll_module name)
  cmake_parse_arguments(M "" "" "SOURCES;HEADERS;USES;LINKS;TESTS" ${ARGN})
  string(REPLACE "/" "_" target plimsoll_${name})
  string(REGEX REPLACE "/${name}$" "" top ${CMAKE_CURRENT_SOURCE_DIR})  # src or market
  if(M_SOURCES)
    add_library(${target} STATIC ${M_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(${target} PRIVATE plimsoll_flags)
    target_precompile_headers(${target} REUSE_FROM plimsoll_precompiled)
    target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${top} FILES ${M_HEADERS})
    set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} ${top})
  foreach(used ${M_USES})
    string(REPLACE "/" "_" used_target plimsoll_${used})
    target_link_libraries(${target} ${scope} ${used_target})
  endforeach()
  target_link_libraries(${target} ${scope} ${M_LINKS})
  if(PLIMSOLL_TESTS)
    plimsoll_tests(${target} ${M_TESTS})
  endif()
endfunction()

# One test executable per label of a module, so that a label can be run alone.
function(plimsoll_tests target)
  foreach(label contract replay live fault)
    set(of_label ${ARGN})
    list(FILTER of_label INCLUDE REGEX "_${label}_test\\.cpp$")
    plimsoll_test_executable(${target} ${label} ${of_label})
  endforeach()
  set(of_label ${ARGN})
  list(FILTER of_label EXCLUDE REGEX "_(contract|replay|live|fault)_test\\.cpp$")
  plimsoll_test_executable(${target} unit ${of_label})
endfunction()

function(plimsoll_test_executable target label)
  if(NOT ARGN)
    return()
  endif()
  if(NOT TARGET plimsoll_precompiled_tests)
    add_library(plimsoll_precompiled_tests STATIC ${CMAKE_SOURCE_DIR}/cmake/precompiled.cpp)
    target_include_directories(plimsoll_precompiled_tests PRIVATE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(plimsoll_precompiled_tests PRIVATE plimsoll_flags GTest::gtest GTest::gmock)
    target_precompile_headers(plimsoll_precompiled_tests PRIVATE ${PLIMSOLL_PRECOMPILED} <gmock/gmock.h> <gtest/gtest.h>)
  endif()
  set(executable ${target}_${label}_test)
  add_executable(${executable} ${ARGN})
  set_target_properties(${executable} PROPERTIES UNITY_BUILD OFF)
  target_include_directories(${executable} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${executable} PRIVATE ${target} plimsoll_flags GTest::gtest GTest::gmock GTest::gtest_main)
  target_precompile_headers(${executable} REUSE_FROM plimsoll_precompiled_tests)
  if(NOT label STREQUAL unit)  # defined later, in tests/testing: CMake resolves the name at the end
    target_link_libraries(${executable} PRIVATE plimsoll_testing)
  endif()
  set(test_properties LABELS ${label} TIMEOUT 300)
  if(label MATCHES "live")
    # They share one Docker engine and the stack in it: tests/live starts both before the first and stops them after the last.
    list(APPEND test_properties RUN_SERIAL TRUE FIXTURES_REQUIRED live_stack ENVIRONMENT PLIMSOLL_LIVE_STATE=${CMAKE_BINARY_DIR}/live.json)
  endif()
  if(label STREQUAL contract)  # one process: tests of a suite share the servers it starts
    add_test(NAME contract/${target} COMMAND ${executable})
    set_tests_properties(contract/${target} PROPERTIES ${test_properties})
    return()
  endif()
  gtest_discover_tests(${executable} DISCOVERY_MODE PRE_TEST TEST_PREFIX "${label}/" PROPERTIES ${test_properties})
endfunction()
