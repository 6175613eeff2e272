/* Keeps what the last answer said, and of which request it is. What may be shown of it is
 * config/answer.c's, what is made of it report.c's. */
#include "platform/posix/cli/job/answered.h"

#include "core/agent/agent.h"
#include "platform/posix/cli/job/lane.h"

/* The answer to another request has nothing of the one before. */
static void turn_to_answer(void)
{
    struct answered *last = &lane->answered;
    uint32_t request = connsync_result(last->agent)->requests;

    if (last->request != request) {
        last->request = request;
        last->has_failed = false;
        cs_answer_begin(&last->answer);
    }
}

static void take_field(void *context, unsigned place, const char *value, size_t length)
{
    (void)context;
    turn_to_answer();
    cs_answer_take_field(&lane->answered.answer, place, cs_slice_make(value, length));
}

static enum connsync_status take_failure(void *context, enum connsync_status status,
                                         const char *body, size_t length)
{
    struct answered *last = &lane->answered;

    (void)context;
    turn_to_answer();
    last->has_failed = true;
    return cs_answer_take_body(&last->answer, status, connsync_result(last->agent)->http_status,
                               cs_slice_make(body, length),
                               cs_slice_make(last->document, last->document_length));
}

const struct connsync_listener *answered_listener(void)
{
    static struct connsync_listener listener;

    connsync_listener_init(&listener);
    listener.fields = cs_answer_fields;
    listener.field = take_field;
    listener.failed = take_failure;
    return &listener;
}

void answered_begin(const struct connsync *agent, const struct connsync_job *job)
{
    struct answered *last = &lane->answered;

    last->agent = agent;
    last->document = job->document;
    last->document_length = job->document_length;
    last->request = 0;
    last->has_failed = false;
}

const struct cs_answer *answered_last(void)
{
    const struct answered *last = &lane->answered;

    if (last->agent == NULL || !last->has_failed) {
        return NULL;
    }
    const struct connsync_result *result = connsync_result(last->agent);

    return result->http_status != 0 && last->request == result->requests ? &last->answer : NULL;
}

bool answered_date(int64_t *utc_seconds)
{
    const struct connsync *agent = lane->answered.agent;
    uint64_t date = agent != NULL ? agent->exchange.parser.head.date : CS_HTTP_UNKNOWN;

    *utc_seconds = (int64_t)date;
    return date <= INT64_MAX;
}
